import type { FastifyInstance } from 'fastify';
import { requireEntitlement } from '../../core/actor.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { errorResponses } from '../openapi.ts';

/** Adds `/metrics` in Prometheus's text format; open only where the configuration says so. */
export function addMetricsRoute(server: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  server.get('/metrics', { config: { operation } }, async (request, reply) => {
    if (!door.config().server.publicMetrics)
      requireEntitlement(await gatekeeper.requireActor(request, reply), 'tools.metrics.read');
    const { registry } = door.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

const operation = {
  operationId: 'self.metrics',
  summary: 'What Tocsin counts about itself, for Prometheus',
  description: 'Needs the entitlement `tools.metrics.read`, unless `server.public_metrics` is set.',
  tags: ['health'],
  security: [{ token: [] }],
  response: {
    200: { description: 'The text format.', content: { 'text/plain': { schema: { type: 'string' } } } },
    ...errorResponses,
  },
};
