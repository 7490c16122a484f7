import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { requireEntitlement } from '../core/actor.ts';
import { toIso } from '../core/clock.ts';
import { decodeTime } from '../core/ids.ts';
import { pageInput, pageOf, readCursor, toPage, writeCursor } from '../core/page.ts';
import { severities } from '../core/severity.ts';
import { isoTime, listOf, text, wholeNumber } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { ackByHand, ackWithLease } from './ack.ts';
import { resolveAlert } from './end.ts';
import { requireAlert } from './get.ts';
import { moveByHand } from './move.ts';
import { searchAlerts } from './queries-search.ts';
import { renewLease } from './renew.ts';
import { type AlertFilters, alertStatuses, alertView } from './types.ts';
import { toAlertView } from './view.ts';

const minuteMs = 60_000;
export const refField = text(100, 1);
const note = text(2000).optional();

/** Filters that lists and claims share. */
export const filterFields = {
  env: text(100).optional(),
  service: text(200).optional(),
  source: text(200).optional(),
  severity_in: listOf(z.enum(severities)).optional(),
  kind_in: listOf(text(100)).optional(),
  component: text(200).optional(),
};

const listInput = z.strictObject({
  ...filterFields,
  status_in: listOf(z.enum(alertStatuses)).optional(),
  state: z.enum(['firing', 'resolved']).optional(),
  q: text(200, 1).optional(),
  window_minutes: wholeNumber(1, 525_600).optional(),
  from: isoTime.optional(),
  since: isoTime.optional(),
  to: isoTime.optional(),
  ...pageInput,
});

/** Answers the shared filters in the form that queries take. */
export function readFilters(input: Partial<z.output<z.ZodObject<typeof filterFields>>>): AlertFilters {
  return {
    env: input.env,
    service: input.service,
    source: input.source,
    severityIn: input.severity_in,
    kindIn: input.kind_in,
    component: input.component,
  };
}

/** Alerts, newest first. */
export const listAlerts = defineAction({
  name: 'alerts.list',
  summary: 'List alerts, newest first',
  input: listInput,
  output: pageOf(alertView).extend({
    searched_to: z
      .string()
      .optional()
      .describe(
        'Given where the search was stopped before it had looked everywhere; the cursor goes on there.',
      ),
  }),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/alerts' },
  cli: { command: 'alerts list' },
  async run(ctx: Ctx, input) {
    const windowMs = input.window_minutes === undefined ? undefined : input.window_minutes * minuteMs;
    const filters: AlertFilters = {
      ...readFilters(input),
      statusIn: input.status_in,
      state: input.state,
      q: input.q,
      fromMs: input.from ?? input.since ?? (windowMs === undefined ? undefined : ctx.clock.now() - windowMs),
      toMs: input.to,
    };
    const page = { afterRef: readCursor(input.cursor), limit: input.limit + 1 };
    const { rows, stoppedAt } = await searchAlerts(ctx, filters, page);
    const found = toPage(rows, input.limit, (row) => row.alert_ref, toAlertView);
    if (found.next_cursor !== null || stoppedAt === null) return found;
    const searchedTo = toIso(decodeTime(stoppedAt.slice('alrt_'.length)) ?? ctx.clock.now());
    return { ...found, next_cursor: writeCursor(stoppedAt), searched_to: searchedTo };
  },
});

/** Makes a held lease longer. */
export const renewAction = defineAction({
  name: 'alerts.renew',
  summary: 'Make the lease of a claimed alert last longer',
  input: z.strictObject({
    alert_ref: refField,
    lease_token: text(100, 1),
    lock_ttl_seconds: wholeNumber(1, 86_400).default(600),
  }),
  output: z.object({ alert_ref: z.string(), processing_lock_until: z.string() }),
  entitlement: 'tools.alerts.claim',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/renew' },
  async run(ctx: Ctx, input) {
    const untilMs = await renewLease(ctx, input.alert_ref, input.lease_token, input.lock_ttl_seconds * 1000);
    return { alert_ref: input.alert_ref, processing_lock_until: toIso(untilMs) };
  },
});

/** Ends the work on an alert. */
export const ackAction = defineAction({
  name: 'alerts.ack',
  summary: 'Finish with an alert; with its lease token, or by hand',
  input: z.strictObject({ alert_ref: refField, note, lease_token: text(100, 1).optional() }),
  output: alertView,
  entitlement: 'tools.alerts.ack',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/ack' },
  cli: { command: 'alerts ack', args: ['alert_ref'] },
  async run(ctx: Ctx, input) {
    if (input.lease_token === undefined) {
      requireEntitlement(ctx.actor, 'tools.alerts.ack_any');
      return toAlertView(await ackByHand(ctx, input.alert_ref, input.note ?? null));
    }
    await ackWithLease(ctx, {
      alertRef: input.alert_ref,
      leaseToken: input.lease_token,
      reason: 'acked',
      note: input.note ?? null,
    });
    return toAlertView(await requireAlert(ctx, input.alert_ref));
  },
});

const byHandInput = z.strictObject({ alert_ref: refField, note });

/** Puts an alert back to `new`, whoever has it. */
export const requeueAction = defineAction({
  name: 'alerts.requeue',
  summary: 'Put an alert back in the queue, whoever has it',
  input: byHandInput,
  output: alertView,
  entitlement: 'tools.alerts.ack_any',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/requeue' },
  cli: { command: 'alerts requeue', args: ['alert_ref'] },
  async run(ctx: Ctx, input) {
    const hand = {
      move: 'requeue',
      to: 'new',
      reason: 'requeued_by_hand',
      note: input.note ?? null,
    } as const;
    return toAlertView(await moveByHand(ctx, input.alert_ref, hand));
  },
});

/** Gives a failed or dead alert its attempts back. */
export const retryAction = defineAction({
  name: 'alerts.retry',
  summary: 'Try a failed or dead alert again, with all its attempts',
  input: byHandInput,
  output: alertView,
  entitlement: 'tools.alerts.ack_any',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/retry' },
  cli: { command: 'alerts retry', args: ['alert_ref'] },
  async run(ctx: Ctx, input) {
    const hand = {
      move: 'retry',
      to: 'new',
      reason: 'retried_by_hand',
      note: input.note ?? null,
      resetAttempts: true,
    } as const;
    return toAlertView(await moveByHand(ctx, input.alert_ref, hand));
  },
});

/** Ends a live alert by hand. */
export const resolveAction = defineAction({
  name: 'alerts.resolve',
  summary: 'End a live alert by hand',
  input: byHandInput,
  output: alertView,
  entitlement: 'tools.alerts.ack_any',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/resolve' },
  cli: { command: 'alerts resolve', args: ['alert_ref'] },
  run: async (ctx: Ctx, input) => toAlertView(await resolveAlert(ctx, input.alert_ref, input.note ?? null)),
});
