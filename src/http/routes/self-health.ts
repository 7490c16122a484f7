import type { FastifyInstance } from 'fastify';
import type { Door } from '../door.ts';
import { phaseReasons } from '../not-ready.ts';

/** Adds what load balancers and supervisors ask of Tocsin itself: open, and never limited. */
export function addSelfHealthRoutes(server: FastifyInstance, door: Door): void {
  const schema = { hide: true };
  server.get('/healthz', { schema }, (_request, reply) =>
    reply.header('cache-control', 'no-cache').send({ status: 'ok' }),
  );
  server.get('/readyz', { schema }, (_request, reply) => {
    const phase = door.phase();
    reply.code(phase === 'ready' ? 200 : 503).header('cache-control', 'no-cache');
    return reply.send(phase === 'ready' ? { status: phase } : { status: phase, reason: phaseReasons[phase] });
  });
  server.get('/health', { schema }, async (_request, reply) => {
    const health = await door.readSelfHealth();
    reply.code(health.status === 'down' ? 503 : 200).header('cache-control', 'no-cache');
    return reply.send(health);
  });
}
