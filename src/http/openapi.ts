import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RouteOptions,
} from 'fastify';
import { z } from 'zod';
import type { Action } from '../core/action.ts';
import { type ErrorCode, errorTable } from '../core/errors.ts';
import { describeInput } from '../core/input-schema.ts';
import type { FlowCtx } from '../flows/context.ts';
import { documentsPolicy } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route was made from; the API document is made from it too. */
    action?: Action<FlowCtx>;
    /** The description of a route that no action makes. */
    operation?: JsonSchema;
  }
}

type JsonSchema = Record<string, unknown>;
type PublicHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Serves OpenAPI 3.1 at /openapi.json and browsable at /docs, made from the schemas that validate. Both are put together when
 * somebody asks for the first time, as few do and every start would wait. Must be called before the routes are added.
 */
export function addOpenApi(server: FastifyInstance, version: string, limitPublic: PublicHook): void {
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && (route.config?.action || route.config?.operation)) routes.push(route);
  });
  let made: Promise<FastifyInstance> | null = null;
  const documents = () => {
    made ??= makeDocuments(routes, version).catch((error: unknown) => {
      made = null; // what kept it from being read may be over at the next request
      throw error;
    });
    return made;
  };
  const options = { schema: { hide: true }, onRequest: limitPublic };
  server.get('/openapi.json', options, async (_request, reply) => {
    const document = JSON.stringify((await documents()).swagger());
    return reply.type('application/json; charset=utf-8').send(document);
  });
  const browse = async ({ url, headers }: FastifyRequest, reply: FastifyReply) => {
    const answered = await (await documents()).inject({ url, headers });
    if (answered.statusCode === 404) return reply.callNotFound();
    return reply.code(answered.statusCode).headers(answered.headers).send(answered.rawPayload);
  };
  server.get('/docs', options, browse);
  server.get('/docs/*', options, browse);
}

/** Answers a server with these routes that listens nowhere: what describes it and shows that takes as long to load as all else. */
async function makeDocuments(routes: readonly RouteOptions[], version: string): Promise<FastifyInstance> {
  const [swagger, swaggerUi] = await Promise.all([import('@fastify/swagger'), import('@fastify/swagger-ui')]);
  const documents = fastify({ logger: false });
  await documents.register(swagger.default, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version,
        description: 'It watches, it rings once, it says why, it remembers.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token.' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route: { config } }) => {
      const action = config?.action;
      return { url, schema: (action ? describeAction(action, url) : config?.operation) ?? schema ?? {} };
    },
  });
  await documents.register(swaggerUi.default, {
    routePrefix: '/docs',
    staticCSP: documentsPolicy,
    uiConfig: { url: '/openapi.json', deepLinking: true, tryItOutEnabled: false },
  });
  for (const { method, url, config = {} } of routes)
    documents.route({ method, url, config, handler: () => undefined });
  await documents.ready();
  return documents;
}

function describeAction(action: Action<FlowCtx>, url: string) {
  const { $schema: _, ...input } = describeInput(action.input);
  const { http } = action;
  const output = toSchema(action.output);
  const also = Object.entries(http?.also ?? {}).map(([status, description]) => [
    status,
    { description, ...output },
  ]);
  const pathNames = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const inPath = pick(input, (name) => pathNames.includes(name));
  const rest = pathNames.length === 0 ? input : pick(input, (name) => !pathNames.includes(name));
  return {
    operationId: action.name,
    summary: action.summary,
    description: `Needs the entitlement \`${action.entitlement}\`.`,
    tags: [action.name.split('.', 1)[0] ?? ''],
    security: [{ token: [] }],
    ...(pathNames.length > 0 ? { params: inPath } : {}),
    ...(http?.method === 'POST' ? { body: rest } : { querystring: rest }),
    response: {
      [http?.status ?? 200]: { description: 'What was asked for.', ...output },
      ...Object.fromEntries(also),
      ...errorResponses,
    },
  };
}

/** Answers the JSON Schema of what a zod schema makes, as the document has it. */
export function toSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'output',
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return rest;
}

/** Answers the object's schema with only some of its fields. */
function pick(schema: JsonSchema, isWanted: (name: string) => boolean): JsonSchema {
  const properties = (schema.properties ?? {}) as JsonSchema;
  const required = (schema.required ?? []) as string[];
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => isWanted(name))),
    required: required.filter(isWanted),
  };
}

export const envelopeSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorTable) },
        message: { type: 'string' },
        details: {},
        request_id: { type: 'string' },
      },
    },
  },
};

const usualErrors: readonly ErrorCode[] = ['VALIDATION_ERROR', 'UNAUTHORIZED', 'FORBIDDEN', 'UNAVAILABLE'];

/** Every refusal has the one envelope: the usual ones by their status, and whatever else there is. */
export const errorResponses = {
  ...Object.fromEntries(
    usualErrors.map((code) => [errorTable[code].httpStatus, { description: code, ...envelopeSchema }]),
  ),
  default: { description: 'Any other refusal; its code says which.', ...envelopeSchema },
};
