import { z } from 'zod';
import { holdAlerts, linkAlert, recordDecisions, requireAlert } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { type Severity, severities } from '../core/severity.ts';
import { text, wholeNumber } from '../core/text.ts';
import {
  alertsToIncidents,
  type Bridged,
  type BridgeView,
  formatNumber,
  planBridge,
  viewBridges,
} from '../incidents/index.ts';
import { type AlertRow, ask, inTransaction } from '../store/index.ts';
import { attachAlert } from './attach-alert.ts';
import type { FlowCtx } from './context.ts';
import { findRule } from './supervise-alert.ts';
import { freshen, tellBridged } from './supervise-bridge.ts';

const minuteMs = 60_000;

/** Makes an alert part of an incident by hand; what is left out is as the routing policy has it. */
export const alertToIncidentAction = defineAction({
  name: 'alerts.incident',
  summary: 'Make an alert part of an incident: of the open one of its signature, or of a new one',
  input: z.strictObject({
    alert_ref: text(100, 1),
    incident_severity_cap: z.enum(severities).optional(),
    dedupe_window_minutes: wholeNumber(0, 43_200).optional(),
  }),
  output: z.object({
    incident_id: z.string(),
    number: z.string(),
    created: z.boolean(),
    deduped: z.boolean(),
    reason: z.string(),
    severity: z.enum(severities),
    signature: z.string(),
    alert_ref: z.string(),
  }),
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/alerts/:alert_ref/incident' },
  cli: { command: 'alerts incident', args: ['alert_ref'] },
  run: (ctx: FlowCtx, input) =>
    inTransaction(ctx, async (ctx) => {
      const seen = await requireAlert(ctx, input.alert_ref);
      const [[view], [alert]] = await ask(
        ctx,
        viewBridges(ctx, [seen], ctx.config.policy.defaults),
        holdAlerts(ctx, [input.alert_ref]),
      );
      if (!view || !alert)
        throw new AppError('NOT_FOUND', `alert ${input.alert_ref} was removed a moment ago`);
      refuseEnded(alert);
      const { incident, reason, created, deduped } = await bridgeByHand(ctx, alert, view, input);
      await linkAlert(ctx, { alertRef: alert.alert_ref, incidentId: incident.incident_id, reason });
      await recordDecisions(ctx, [
        { alertRef: alert.alert_ref, reason: 'incident_by_hand', rule: ctx.actor.name },
      ]);
      return {
        incident_id: incident.incident_id,
        number: formatNumber(incident.number),
        created,
        deduped,
        reason,
        severity: incident.severity,
        signature: alert.signature,
        alert_ref: alert.alert_ref,
      };
    }),
});

type Input = {
  incident_severity_cap?: Severity | undefined;
  dedupe_window_minutes?: number | undefined;
};

async function bridgeByHand(ctx: FlowCtx, alert: AlertRow, view: BridgeView, input: Input): Promise<Bridged> {
  const { actions, ...rest } = findRule(ctx, alert);
  const { incident_severity_cap: cap, dedupe_window_minutes: windowMinutes } = input;
  const wanted = {
    ...actions,
    incidentSeverityCap: cap ?? actions.incidentSeverityCap,
    dedupeWindowMs: windowMinutes === undefined ? actions.dedupeWindowMs : windowMinutes * minuteMs,
  };
  const rule = { ...rest, actions: wanted };
  const plan = planBridge(ctx, alert, await freshen(ctx, view, alert, rule), {
    severityCap: wanted.incidentSeverityCap,
    dedupeWindowMs: wanted.dedupeWindowMs,
    policy: ctx.config.policy.defaults,
    autoTriage: true,
    mayCreate: true,
    mayTriage: true,
  });
  const [bridged] = plan.done ? await alertsToIncidents(ctx, [plan], []) : [];
  if (!bridged) throw new AppError('UNAVAILABLE', 'the incident could not be opened now');
  await tellBridged(ctx, [{ ...bridged, rule }]);
  await attachAlert(ctx, bridged, actions);
  return bridged;
}

function refuseEnded(alert: AlertRow): void {
  if (alert.ended_at === null) return;
  throw new AppError('CONFLICT', `alert ${alert.alert_ref} is resolved and cannot become an incident`, {
    details: { from: 'resolved', to: 'incident', reason: 'alert_has_ended' },
  });
}
