import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../core/action.ts';
import { requireEntitlement } from '../../core/actor.ts';
import { hasPassed } from '../../core/clock.ts';
import { text } from '../../core/text.ts';
import { createLogWriter, getRun, type LogPiece, openLogs } from '../../runs/index.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { errorResponses } from '../openapi.ts';

/** So often a stream without news shows that it is alive: proxies end what says nothing for a minute. */
const sayEveryMs = 15_000;

const wanted = z.strictObject({
  run_id: text(100, 1),
  task: text(200).optional(),
  follow: z.enum(['true', 'false']).default('false'),
});

/** Adds what the tasks of a run wrote, as text or, for who accepts that, as server-sent events. */
export function addRunLogsRoute(server: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  server.get<{ Params: { run_id: string } }>(
    '/v1/runs/:run_id/logs',
    { config: { operation } },
    async (request, reply) => {
      const actor = await gatekeeper.requireActor(request, reply);
      requireEntitlement(actor, getRun.entitlement);
      const asked = { ...(request.query as object), ...request.params };
      const { run_id: runId, task = null, follow } = parseInput(wanted, asked);
      const isStream = request.headers.accept?.includes('text/event-stream') ?? false;
      const pieces = await openLogs(door.context(actor, request.id), {
        runId,
        task,
        follow: isStream || follow === 'true',
        // It would hold up the stop for as long as its run goes on.
        signal: door.stopping,
        host: hostname(),
      });
      reply.header('cache-control', 'no-cache').header('x-accel-buffering', 'no');
      return isStream
        ? reply.type('text/event-stream').send(Readable.from(writeEvents(door, pieces)))
        : reply.type('text/plain; charset=utf-8').send(Readable.from(writeText(pieces)));
    },
  );
}

async function* writeText(pieces: AsyncGenerator<LogPiece | null>): AsyncGenerator<string> {
  const write = createLogWriter();
  for await (const piece of pieces) if (piece) yield write(piece);
}

/** As the HTML standard has server-sent events. */
async function* writeEvents(
  { clock }: Door,
  pieces: AsyncGenerator<LogPiece | null>,
): AsyncGenerator<string> {
  let saidAt = clock.now();
  for await (const piece of pieces) {
    if (!piece && !hasPassed(sayEveryMs, saidAt, clock.now())) continue;
    saidAt = clock.now();
    yield piece ? `event: log\ndata: ${JSON.stringify(piece)}\n\n` : ':\n\n';
  }
  yield 'event: end\ndata: {}\n\n';
}

const operation = {
  operationId: 'runs.logs',
  summary: 'Read what the tasks of a run wrote; with follow=true, or as events, until it is over',
  tags: ['runs'],
  params: { type: 'object', required: ['run_id'], properties: { run_id: { type: 'string' } } },
  querystring: {
    type: 'object',
    properties: {
      task: { type: 'string', description: 'Of this task alone.' },
      follow: { type: 'string', enum: ['true', 'false'] },
    },
  },
  response: {
    200: {
      description: 'Text with a heading for each output; or events `log` ({task, stream, text}), and `end`.',
      content: {
        'text/plain': { schema: { type: 'string' } },
        'text/event-stream': { schema: { type: 'string' } },
      },
    },
    ...errorResponses,
  },
};
