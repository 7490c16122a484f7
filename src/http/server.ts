import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { AppError } from '../core/errors.ts';
import { addGithubRoute } from './adapters/github.ts';
import { addWebhookRoutes } from './adapters/webhook.ts';
import { createGatekeeper } from './auth.ts';
import { readBodiesAsJson } from './body.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { Door } from './door.ts';
import { createErrorHandler } from './errors.ts';
import { refuseUnlessReady } from './not-ready.ts';
import { observeRoutes } from './observe.ts';
import { addOpenApi } from './openapi.ts';
import { enforceLimit } from './rate-limit.ts';
import { chooseRequestId } from './request-id.ts';
import { addActionRoutes } from './routes/actions.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addMetricsRoute } from './routes/metrics.ts';
import { addPageRoutes } from './routes/pages.ts';
import { addRunLogsRoute } from './routes/run-logs.ts';
import { addSelfHealthRoutes } from './routes/self-health.ts';
import { commonHeaders } from './security-headers.ts';
import {
  createKnownPaths,
  createUnknownPathRefusal,
  type KnownPaths,
  refuseOtherMethods,
} from './unknown-routes.ts';

const mebibyte = 1024 * 1024;

/** Answers the HTTP server with all its routes, not listening yet. */
export function createHttpServer(door: Door, version: string): Promise<FastifyInstance> {
  return buildServer(door, async (server) => {
    addOpenApi(server, version, async (request, reply) => {
      const maxRequests = door.config().server.publicRateLimitPerMinute;
      enforceLimit(
        reply,
        await door.limiter.count(`public:${request.ip}`, { maxRequests, windowMs: 60_000 }),
      );
    });
    const gatekeeper = createGatekeeper(door);
    addSelfHealthRoutes(server, door);
    addHealthRoutes(server, door, gatekeeper);
    addMetricsRoute(server, door, gatekeeper);
    await addGithubRoute(server, door, gatekeeper);
    await addWebhookRoutes(server, door, gatekeeper);
    addRunLogsRoute(server, door, gatekeeper);
    await addPageRoutes(server, door, gatekeeper);
    addActionRoutes(server, door, gatekeeper);
  });
}

/** Answers the small server for whatever watches a process, of any role: how it does, and what it counts. */
export function createMetricsServer(door: Door): Promise<FastifyInstance> {
  return buildServer(door, (server) => {
    addSelfHealthRoutes(server, door);
    addMetricsRoute(server, door, createGatekeeper(door));
  });
}

async function buildServer(
  door: Door,
  addRoutes: (server: FastifyInstance) => void | Promise<void>,
): Promise<FastifyInstance> {
  const paths = createKnownPaths();
  const server = createBareServer(door, paths);
  observeRoutes(server, door);
  await addRoutes(server);
  refuseOtherMethods(server, paths);
  await server.ready();
  return server;
}

function createBareServer(door: Door, paths: KnownPaths): FastifyInstance {
  const handleError = createErrorHandler(door);
  const refuse = createUnknownPathRefusal(door, paths);
  const server = fastify({
    logger: false,
    // What comes in is checked by the actions and goes out as they say: no schema is compiled, and what could is not loaded.
    schemaController: {
      compilersFactory: { buildValidator: compileNothing, buildSerializer: compileNothing },
    },
    requestIdHeader: false,
    genReqId: chooseRequestId,
    bodyLimit: mebibyte,
    // A slow or silent caller costs a socket for this long and no longer.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 75_000,
    // Node's own answer to a request without a Host would be none of ours.
    http: { headersTimeout: 15_000, requireHostHeader: false },
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    // No hook runs before these: the address itself could not be read.
    frameworkErrors: (error, request, reply) => handleError(error, request, addCommonHeaders(request, reply)),
  });
  server.addHook('onRoute', paths.add);
  server.setErrorHandler(handleError);
  server.setNotFoundHandler(refuse);
  server.addHook('onRequest', (request, reply, done) => {
    addCommonHeaders(request, reply);
    requireHost(request);
    if (refuseUnlessReady(door.phase(), request, reply)) return;
    if (request.is404) refuse(request, reply);
    done();
  });
  readBodiesAsJson(server);
  return server;
}

/** As RFC 9112, section 3.2, has it; HTTP/1.0 knew no Host. */
function requireHost({ raw }: FastifyRequest): void {
  if (raw.headers.host === undefined && raw.httpVersion === '1.1')
    throw new AppError('VALIDATION_ERROR', 'the request has no Host header, which HTTP/1.1 asks for');
}

function addCommonHeaders(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers(commonHeaders).header('x-request-id', request.id);
}

function compileNothing(): never {
  throw new TypeError('a route with a schema of its own: actions check what comes in');
}
