import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, errorTable } from '../core/errors.ts';
import { toEnvelope } from './errors.ts';

/** What a whole Tocsin is about: it takes requests while it is ready. */
export type Phase = 'starting' | 'ready' | 'handed_over' | 'stopping';

/** Why it is not ready, for people. */
export const phaseReasons = {
  starting: 'the database is being opened and migrated, and the parts are being started',
  handed_over:
    'its database was handed over to another host, which goes on; tocsin state resume takes it back',
  stopping: 'it was told to stop: what is under way is brought to its end',
} as const;

const messages = {
  starting: 'Tocsin is starting; try again in a second',
  handed_over: 'Tocsin was handed over to another host; ask that one',
  stopping: 'Tocsin is stopping; try again in a second',
} as const;

const alwaysAnswered = new Set(['/healthz', '/readyz']);

/** Answers a request that comes too early or too late; answers whether it did. It is expected, so that the log is spared. */
export function refuseUnlessReady(phase: Phase, request: FastifyRequest, reply: FastifyReply): boolean {
  if (phase === 'ready') return false;
  // Where it stops, the next request is for another process.
  if (phase === 'stopping') reply.header('connection', 'close');
  if (alwaysAnswered.has(request.routeOptions.url ?? '')) return false;
  const error = new AppError('UNAVAILABLE', messages[phase]);
  reply
    .code(errorTable.UNAVAILABLE.httpStatus)
    .header('retry-after', '1')
    .send(toEnvelope(error, request.id));
  return true;
}
