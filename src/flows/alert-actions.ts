import { z } from 'zod';
import {
  alertStatuses,
  alertView,
  claimAlerts,
  failAlert,
  filterFields,
  listAlertEvents,
  readFilters,
  refField,
  requireAlert,
  toAlertView,
} from '../alerts/index.ts';
import { redactText, redactTexts } from '../config/index.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { text, wholeNumber } from '../core/text.ts';
import { findIncident } from '../incidents/index.ts';
import { listNotificationsOfAlert } from '../notify/index.ts';
import { listRaisingRuns, raisingRunView } from './alert-runs.ts';
import type { FlowCtx } from './context.ts';

const minuteMs = 60_000;

const eventView = z.object({
  event_id: z.string(),
  at: z.string(),
  actor: z.string(),
  from_status: z.enum(alertStatuses).nullable(),
  to_status: z.enum(alertStatuses),
  reason: z.string(),
  note: z.string().nullable(),
  request_id: z.string().nullable(),
});

/** One alert with everything that hangs on it. */
export const getAlert = defineAction({
  name: 'alerts.get',
  summary: 'Show one alert with its events, its incident, its messages and the runs that raised it',
  input: z.strictObject({ alert_ref: refField }),
  output: alertView.extend({
    events: z.array(eventView),
    incident: z
      .object({ id: z.string(), number: z.string(), status: z.string(), title: z.string() })
      .nullable(),
    notifications: z.array(
      z.object({
        id: z.string(),
        channel: z.string(),
        event: z.string(),
        status: z.string(),
        sent_at: z.string().nullable(),
      }),
    ),
    /** Of scheduled tasks: the latest first, at most 20. */
    runs: z.array(raisingRunView),
  }),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/alerts/:alert_ref' },
  cli: { command: 'alerts show', args: ['alert_ref'] },
  async run(ctx: FlowCtx, input) {
    const alert = await requireAlert(ctx, input.alert_ref);
    const [events, incident, notifications, runs] = await Promise.all([
      listAlertEvents(ctx, alert.alert_ref),
      alert.incident_id ? findIncident(ctx, alert.incident_id) : null,
      listNotificationsOfAlert(ctx, alert.alert_ref, alert.incident_id),
      listRaisingRuns(ctx, alert),
    ]);
    return {
      ...toAlertView(alert),
      events: events.map(({ alert_ref: _, at, ...event }) => ({ ...redactTexts(event), at: toIso(at) })),
      incident: incident && {
        id: incident.incident_id,
        number: `INC-${incident.number}`,
        status: incident.status,
        title: redactText(incident.title),
      },
      notifications: notifications.map((row) => ({
        id: row.notification_id,
        channel: row.channel,
        event: row.event,
        status: row.status,
        sent_at: toIso(row.sent_at),
      })),
      runs,
    };
  },
});

/** Leases waiting alerts to a worker. */
export const claimAction = defineAction({
  name: 'alerts.claim',
  summary: 'Lease waiting alerts to a worker, the most severe first',
  input: z.strictObject({
    owner: text(200, 1).optional(),
    limit: wholeNumber(1, 500).default(25),
    window_minutes: wholeNumber(1, 525_600).default(240),
    lock_ttl_seconds: wholeNumber(1, 86_400).default(600),
    ...filterFields,
  }),
  output: z.object({ data: z.array(alertView.extend({ lease_token: z.string() })) }),
  entitlement: 'tools.alerts.claim',
  http: { method: 'POST', path: '/v1/alerts/claim' },
  cli: { command: 'alerts claim' },
  async run(ctx: FlowCtx, input) {
    const rows = await claimAlerts(ctx, {
      owner: input.owner ?? ctx.actor.name,
      limit: input.limit,
      leaseMs: input.lock_ttl_seconds * 1000,
      windowMs: input.window_minutes * minuteMs,
      maxAttempts: ctx.config.policy.defaults.maxAttempts,
      filters: readFilters(input),
      takesLeft: true,
    });
    return { data: rows.map((row) => ({ ...toAlertView(row), lease_token: row.lease_token ?? '' })) };
  },
});

/** Ends an attempt without success. */
export const failAction = defineAction({
  name: 'alerts.fail',
  summary: 'Give up an attempt at a claimed alert; it comes back later',
  input: z.strictObject({
    alert_ref: refField,
    lease_token: text(100, 1),
    error: text(2000, 1),
    retry_after_seconds: wholeNumber(1, 3600).default(300),
  }),
  output: alertView,
  entitlement: 'tools.alerts.ack',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/fail' },
  cli: { command: 'alerts fail', args: ['alert_ref'] },
  async run(ctx: FlowCtx, input) {
    const failed = await failAlert(ctx, {
      alertRef: input.alert_ref,
      leaseToken: input.lease_token,
      error: input.error,
      retryAfterMs: input.retry_after_seconds * 1000,
      maxAttempts: ctx.config.policy.defaults.maxAttempts,
    });
    return toAlertView(failed);
  },
});
