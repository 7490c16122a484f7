import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createActor } from '../access/index.ts';
import type { Config } from '../config/index.ts';
import { type Actor, systemActor } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import type { Door } from './door.ts';
import { enforceLimit } from './rate-limit.ts';
import { isSameOrigin, readSession } from './session-cookie.ts';

export type Gatekeeper = {
  /** Answers who calls. Throws UNAUTHORIZED, FORBIDDEN, RATE_LIMITED. */
  requireActor(request: FastifyRequest, reply: FastifyReply): Actor | Promise<Actor>;
  /** Answers who is signed in with a browser, or calls from this host where the configuration gives that a role; null: nobody. */
  findVisitor(request: FastifyRequest): Promise<Actor | null>;
  /** Answers who calls, by token or as a visitor, where it is somebody; null: nobody known. Refuses and counts nothing. */
  findCaller(request: FastifyRequest): Promise<Actor | null>;
  /** Counts a failed try to get in. Throws RATE_LIMITED where there were too many. */
  countFailure(request: FastifyRequest, reply: FastifyReply): Promise<void>;
};

/** Whoever shows METRICS_API_TOKEN. */
const metricsSender: Actor = {
  name: 'metrics-api',
  role: 'metrics',
  entitlements: ['tools.metrics.record'],
};

/** Answers who stands at the door: bearer token, session of a browser, or loopback role, in this order. */
export function createGatekeeper(door: Door): Gatekeeper {
  const readBearer = createBearerReader();
  const lookUp = (request: FastifyRequest, secret: string, kind: 'api' | 'session') =>
    door.authenticator.findActor(door.context(systemActor('access'), request.id), secret, kind);

  const countFailure = async (request: FastifyRequest, reply: FastifyReply) =>
    enforceLimit(reply, await door.limiter.count(`failed:${request.ip}`, door.config().rateLimit));

  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header('www-authenticate', 'Bearer realm="tocsin", error="invalid_token"');
    await countFailure(request, reply);
    throw new AppError('UNAUTHORIZED', 'the token is unknown or revoked');
  };

  const findVisitor = async (request: FastifyRequest): Promise<Actor | null> => {
    const session = readSession(request);
    const actor = session === null ? null : await lookUp(request, session, 'session');
    return actor ?? findLoopbackActor(request, door.config().server);
  };

  const requireVisitor = async (request: FastifyRequest, reply: FastifyReply): Promise<Actor> => {
    const actor = await findVisitor(request);
    if (!actor) {
      reply.header('www-authenticate', 'Bearer realm="tocsin"');
      throw new AppError('UNAUTHORIZED', 'send a token as "Authorization: Bearer …"');
    }
    if (request.method !== 'GET' && comesFromElsewhere(request))
      throw new AppError('FORBIDDEN', 'a signed-in browser may do this from pages of this server only');
    return actor;
  };

  return {
    countFailure,
    findVisitor,
    async findCaller(request) {
      const header = request.headers.authorization;
      const token = header === undefined ? null : readBearer(header);
      return token === null ? findVisitor(request) : lookUp(request, token, 'api');
    },
    requireActor(request, reply) {
      const header = request.headers.authorization;
      if (header === undefined) return requireVisitor(request, reply);
      const token = readBearer(header);
      if (token === null) return refuse(request, reply);
      const found = lookUp(request, token, 'api');
      const orSender = (actor: Actor | null) =>
        actor ?? findMetricsSender(token, door.config()) ?? refuse(request, reply);
      return found instanceof Promise ? found.then(orSender) : orSender(found);
    },
  };
}

/** Hashes are compared, as they are of one length whatever was sent. */
function findMetricsSender(token: string, { metricsApiToken }: Config): Actor | null {
  if (metricsApiToken === null) return null;
  const isRight = timingSafeEqual(hash('sha256', token, 'buffer'), hash('sha256', metricsApiToken, 'buffer'));
  return isRight ? metricsSender : null;
}

/** Answers what reads the token in a header, with the last one in mind: a busy caller sends the same again and again. */
function createBearerReader(): (header: string) => string | null {
  let last: { header: string; token: string | null } = { header: '', token: null };
  return (header) => {
    if (header !== last.header) last = { header, token: /^bearer +(\S+) *$/i.exec(header)?.[1] ?? null };
    return last.token;
  };
}

/** A browser says where its page came from; what says nothing is no browser, unless it brings a session. */
function comesFromElsewhere(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isBrowser = origin !== undefined || site !== undefined || readSession(request) !== null;
  return isBrowser && !isSameOrigin(request);
}

/**
 * Answers the actor of a caller on this host, where the configuration gives those a role. A proxy on this host makes
 * every caller look local, and says so with `X-Forwarded-For`; a foreign name that a page made point here shows in `Host`.
 */
function findLoopbackActor(request: FastifyRequest, server: Config['server']): Actor | null {
  if (server.loopbackRole === null) return null;
  if ('x-forwarded-for' in request.headers || 'forwarded' in request.headers) return null;
  const isOwnName = ['localhost', '127.0.0.1', '[::1]', URL.parse(server.publicUrl)?.hostname].includes(
    request.hostname,
  );
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(request.ip);
  return isOwnName && isLocal ? createActor('loopback', server.loopbackRole) : null;
}
