import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { isoTime, listOf, text, wholeNumber } from '../core/text.ts';
import type { AlertStatus, Ctx } from '../store/index.ts';
import { filterFields, readFilters } from './actions.ts';
import type { Hand } from './move.ts';
import { moveMany } from './move-many.ts';
import { alertStatuses } from './types.ts';

const filters = {
  ...filterFields,
  state: z.enum(['firing', 'resolved']).optional(),
  q: text(200, 1).optional().describe('Part of the title or message.'),
  from: isoTime.optional(),
  to: isoTime.optional(),
};

const options = {
  note: text(2000).optional(),
  limit: wholeNumber(1, 5000).default(500).describe('How many at most.'),
  dry_run: z.boolean().default(false).describe('Only say which.'),
};

const output = z.object({
  dry_run: z.boolean(),
  matched: z.number(),
  changed: z.number(),
  more: z.boolean().describe('Whether the limit left some.'),
  alert_refs: z.array(z.string()),
});

const inputFor = (statuses: readonly [AlertStatus, ...AlertStatus[]], otherwise: string) =>
  z.strictObject({
    status_in: listOf(z.enum(alertStatuses).extract([...statuses]))
      .optional()
      .describe(`Default: ${otherwise}.`),
    ...filters,
    ...options,
  });

type Input = z.output<ReturnType<typeof inputFor>>;

/** Runs what the input asks for. Throws VALIDATION_ERROR where it has no filter: all is nobody's wish. */
async function run(ctx: Ctx, input: Input, hand: Omit<Hand, 'note'>, otherwise: readonly AlertStatus[]) {
  const { note, limit, dry_run: isDryRun, status_in: statusIn, ...given } = input;
  const names = ['status_in', ...Object.keys(filters)];
  if (statusIn === undefined && Object.values(given).every((filter) => filter === undefined))
    throw new AppError('VALIDATION_ERROR', `name at least one of ${names.join(', ')}`);
  const { refs, changed, isMore } = await moveMany(ctx, {
    hand: { ...hand, note: note ?? null },
    filters: { ...readFilters(given), state: given.state, q: given.q, fromMs: given.from, toMs: given.to },
    statuses: statusIn ?? otherwise,
    limit,
    isDryRun,
  });
  return { dry_run: isDryRun, matched: refs.length, changed, more: isMore, alert_refs: refs };
}

const unsettled = ['processing', 'failed', 'dead'] as const;
const givenUp = ['failed', 'dead'] as const;

/** Puts the alerts that match back to `new`, whoever has them. */
export const requeueManyAction = defineAction({
  name: 'alerts.requeue-all',
  summary: 'Put the alerts that match back in the queue, whoever has them',
  input: inputFor(['processing', 'acked', 'failed', 'dead'], 'processing, failed and dead'),
  output,
  entitlement: 'tools.alerts.ack_any',
  http: { method: 'POST', path: '/v1/alerts/requeue' },
  cli: { command: 'alerts requeue-all' },
  run: (ctx: Ctx, input) =>
    run(ctx, input, { move: 'requeue', to: 'new', reason: 'requeued_by_hand' }, unsettled),
});

/** Gives the failed and dead alerts that match their attempts back. */
export const retryManyAction = defineAction({
  name: 'alerts.retry-all',
  summary: 'Try the failed and dead alerts that match again, with all their attempts',
  input: inputFor(givenUp, 'failed and dead'),
  output,
  entitlement: 'tools.alerts.ack_any',
  http: { method: 'POST', path: '/v1/alerts/retry' },
  cli: { command: 'alerts retry-all' },
  run: (ctx: Ctx, input) =>
    run(ctx, input, { move: 'retry', to: 'new', reason: 'retried_by_hand', resetAttempts: true }, givenUp),
});
