import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { severities } from '../core/severity.ts';
import { text } from '../core/text.ts';
import {
  alterIncident,
  decideSeverity,
  formatNumber,
  incidentName,
  incidentView,
  isLive,
  lockIncident,
  readIncidentName,
  toIncidentView,
} from '../incidents/index.ts';
import { inTransaction } from '../store/index.ts';
import { describeEscalated } from './announce-change.ts';
import type { FlowCtx } from './context.ts';
import { tell } from './tell.ts';

/** Sets the severity of an incident as a person judges it; a rise is told like one by rule. */
export const severityAction = defineAction({
  name: 'incidents.severity',
  summary: 'Set the severity of an incident',
  input: z.strictObject({
    id: incidentName,
    severity: z.enum(severities),
    reason: text(2000).optional(),
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/severity' },
  cli: { command: 'incidents severity', args: ['id', 'severity'] },
  run: (ctx: FlowCtx, { id, severity, reason }) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await lockIncident(ctx, readIncidentName(id));
      const subject = { ...incident, number: formatNumber(incident.number) };
      const decision = decideSeverity(subject, severity);
      if (!decision.change) return toIncidentView(incident);
      const nowMs = ctx.clock.now();
      const because = reason ? `: ${reason}` : '';
      const message = `severity ${incident.severity} → ${severity} by hand${because}`;
      const meta = { from: incident.severity, to: severity, reason: reason ?? 'by_hand' };
      const event = { type: 'decision', message, meta } as const;
      const changed = await alterIncident(ctx, incident, { severity, severity_set_at: nowMs }, [event]);
      if (decision.rises && isLive(changed)) {
        const lead = `${ctx.actor.name} made it ${severity}${because}.`;
        const about = { incident: changed, alert: null, onlyRoutes: null, reason: 'by_hand' };
        await tell(ctx, [describeEscalated(about, lead, nowMs)]);
      }
      return toIncidentView(changed);
    }),
});
