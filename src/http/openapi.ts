import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
type PublicHook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** Serves OpenAPI 3.1 at /openapi.json and browsable at /docs, made from the schemas that validate. Must be registered before the routes. */
export async function addOpenApi(
  server: FastifyInstance,
  options: { version: string; limitPublic: PublicHook },
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version: options.version,
        description: 'It watches, it rings once, it says why, it remembers.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token.' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => {
      const action = route.config?.action;
      const made = action ? describeAction(action, url) : route.config?.operation;
      return { url, schema: made ?? schema ?? { hide: true } };
    },
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: documentsPolicy,
    uiConfig: { url: '/openapi.json', deepLinking: true, tryItOutEnabled: false },
    uiHooks: { onRequest: options.limitPublic },
  });
  server.get(
    '/openapi.json',
    { schema: { hide: true }, onRequest: options.limitPublic },
    async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(server.swagger())),
  );
}

function describeAction(action: Action<FlowCtx>, url: string) {
  const { $schema: _, ...input } = describeInput(action.input);
  const { http } = action;
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
      [http?.status ?? 200]: { description: 'What was asked for.', ...toSchema(action.output) },
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

const envelopeSchema: JsonSchema = {
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

export const errorResponses = Object.fromEntries(
  usualErrors.map((code) => [errorTable[code].httpStatus, { description: code, ...envelopeSchema }]),
);
