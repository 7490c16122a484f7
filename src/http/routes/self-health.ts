import type { FastifyInstance } from 'fastify';
import type { Door } from '../door.ts';
import { phaseReasons } from '../not-ready.ts';

/** Adds what load balancers and supervisors ask of Tocsin itself: open, and never limited. */
export function addSelfHealthRoutes(server: FastifyInstance, door: Door): void {
  server.get('/healthz', { config: { operation: live } }, (_request, reply) =>
    reply.header('cache-control', 'no-cache').send({ status: 'ok' }),
  );
  server.get('/readyz', { config: { operation: ready } }, (_request, reply) => {
    const phase = door.phase();
    reply.code(phase === 'ready' ? 200 : 503).header('cache-control', 'no-cache');
    return reply.send(phase === 'ready' ? { status: phase } : { status: phase, reason: phaseReasons[phase] });
  });
  server.get('/health', { config: { operation: health } }, async (_request, reply) => {
    const health = await door.readSelfHealth();
    reply.code(health.status === 'down' ? 503 : 200).header('cache-control', 'no-cache');
    return reply.send(health);
  });
}

const tags = ['health'];
const status = (...words: string[]) => ({ type: 'string', enum: words });

const live = {
  operationId: 'self.live',
  summary: 'Whether the process is up',
  tags,
  response: {
    200: {
      description: 'It is.',
      type: 'object',
      required: ['status'],
      properties: { status: status('ok') },
    },
  },
};

const ready = {
  operationId: 'self.ready',
  summary: 'Whether it is migrated, started, and not stopping',
  tags,
  response: {
    200: {
      description: 'It takes requests.',
      type: 'object',
      required: ['status'],
      properties: { status: status('ready') },
    },
    503: {
      description: 'It takes none yet, or none any more.',
      type: 'object',
      required: ['status', 'reason'],
      properties: { status: status('starting', 'stopping'), reason: { type: 'string' } },
    },
  },
};

const part = {
  type: 'object',
  required: ['status'],
  properties: { status: status('ok', 'degraded', 'down', 'unknown'), reason: { type: 'string' } },
  additionalProperties: true,
};

const healthAnswer = {
  type: 'object',
  required: ['status', 'timestamp', 'uptime', 'version', 'durable', 'backend', 'components'],
  properties: {
    status: status('ok', 'degraded', 'down'),
    timestamp: { type: 'string', format: 'date-time' },
    uptime: { type: 'integer', description: 'Seconds since the start.' },
    version: { type: 'string' },
    durable: { type: 'boolean', description: 'False: the database ends with the process.' },
    backend: status('sqlite', 'memory', 'postgres'),
    components: {
      type: 'object',
      required: ['database', 'redis', 'scheduler', 'supervisor', 'outbox'],
      properties: { database: part, redis: part, scheduler: part, supervisor: part, outbox: part },
    },
  },
};

const health = {
  operationId: 'self.health',
  summary: 'How Tocsin itself does, part by part',
  tags,
  response: {
    200: { description: 'It does its job, if not all of it.', ...healthAnswer },
    503: { description: 'It cannot do its job, or is starting or stopping.', ...healthAnswer },
  },
};
