import type { FastifyInstance } from 'fastify';
import { requireEntitlement } from '../../core/actor.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';

/** Adds `/metrics` in Prometheus's text format; open only where the configuration says so. */
export function addMetricsRoute(server: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  server.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!door.config().server.publicMetrics)
      requireEntitlement(await gatekeeper.requireActor(request, reply), 'tools.metrics.read');
    const { registry } = door.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
