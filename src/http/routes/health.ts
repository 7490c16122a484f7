import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../core/action.ts';
import type { Actor } from '../../core/actor.ts';
import { toAppError } from '../../core/errors.ts';
import {
  answerComponentHealth,
  answerServicesHealth,
  type HealthAnswer,
} from '../../flows/health-answers.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { envelopeSchema, errorResponses } from '../openapi.ts';

const query = z.strictObject({ fresh: z.enum(['true', 'false']).default('false') });
const nobody: Actor = { name: 'anonymous', role: 'none', entitlements: [] };

/** Adds what load balancers and status pages ask of the user's components: open, and never limited. */
export function addHealthRoutes(server: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  const ask = async (request: FastifyRequest) => {
    const fresh = parseInput(query, { ...(request.query as object) }).fresh === 'true';
    const viewer = await gatekeeper.findCaller(request).catch((error: unknown) => {
      if (fresh || toAppError(door.translateError(error)).code !== 'UNAVAILABLE') throw error;
      return null; // the answer is for everybody: who asks would see more of it, and that is all
    });
    return { ctx: door.context(viewer ?? nobody, request.id), question: { fresh, viewer } };
  };
  const send = (reply: FastifyReply, { status, body }: HealthAnswer) =>
    reply.code(status).header('cache-control', 'no-cache').send(body);
  server.get('/v1/health/services', { config: { operation: services } }, async (request, reply) => {
    const { ctx, question } = await ask(request);
    return send(reply, await answerServicesHealth(ctx, question));
  });
  server.get<{ Params: { component: string } }>(
    '/v1/health/:component',
    { config: { operation: oneComponent } },
    async (request, reply) => {
      const { ctx, question } = await ask(request);
      return send(reply, await answerComponentHealth(ctx, request.params.component, question));
    },
  );
}

const tags = ['health'];
const querystring = {
  type: 'object',
  properties: {
    fresh: { type: 'string', enum: ['true', 'false'], description: 'Checks now; needs a token.' },
  },
};

const answer = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded', 'down', 'unknown'] },
    provider: { type: 'string', description: 'The known service that is asked, such as openai.' },
  },
  additionalProperties: true,
};

const response = {
  ...errorResponses,
  200: { description: 'It is not down.', ...answer },
  503: {
    description:
      'It is down; or Tocsin starts or stops, or was asked for a fresh answer while its database is away.',
    anyOf: [answer, envelopeSchema],
  },
};

const services = {
  operationId: 'health.services',
  summary: 'How all components do',
  tags,
  querystring,
  response,
};

const oneComponent = {
  operationId: 'health.component',
  summary: 'How one component does',
  tags,
  params: { type: 'object', required: ['component'], properties: { component: { type: 'string' } } },
  querystring,
  response,
};
