import { z } from 'zod';
import { endAlertsOfIncident, summarizeIncidentAlerts } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { severities } from '../core/severity.ts';
import { text } from '../core/text.ts';
import {
  createIncident,
  decideMove,
  endIncident,
  formatNumber,
  incidentName,
  incidentStatuses,
  incidentView,
  lockIncident,
  mitigateIncident,
  readIncidentName,
  toIncidentView,
} from '../incidents/index.ts';
import { type IncidentRow, type IncidentStatus, inTransaction, runAfterCommit } from '../store/index.ts';
import { describeOpened, describeResolved } from './announce-incident.ts';
import type { FlowCtx } from './context.ts';
import { tell } from './tell.ts';

/** Opens an incident by hand, and tells of it. */
export const createAction = defineAction({
  name: 'incidents.create',
  summary: 'Open an incident by hand',
  input: z.strictObject({
    title: text(1000, 1),
    service: text(200, 1),
    env: text(100, 1).default('prod'),
    severity: z.enum(severities).default('P2'),
    summary: text(20_000).optional(),
    components: z.array(text(200, 1)).max(100).default([]),
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents', status: 201 },
  cli: { command: 'incidents create' },
  run: (ctx: FlowCtx, input) =>
    inTransaction(ctx, async (ctx) => {
      const incident = await createIncident(ctx, { ...input, summary: input.summary ?? null });
      const opened = describeOpened({ incident, alert: null, onlyRoutes: null, reason: 'by_hand' });
      await tell(ctx, [opened]);
      runAfterCommit(ctx, () => ctx.metrics.incidentsOpened.inc());
      return toIncidentView(incident);
    }),
});

const force = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
  .default(false)
  .describe('End its live alerts as well; their next repeat is a new alert.');

/** Moves an incident on by hand. */
export const moveAction = defineAction({
  name: 'incidents.status',
  summary: 'Set the status of an incident',
  input: z.strictObject({
    id: incidentName,
    status: z.enum(incidentStatuses),
    reason: text(2000).optional(),
    force,
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/status' },
  cli: { command: 'incidents status', args: ['id', 'status'] },
  run: async (ctx: FlowCtx, { id, status, reason, force }) =>
    toIncidentView(await moveIncident(ctx, id, { to: status, why: reason ?? null, force })),
});

/** Closes an incident by hand. */
export const closeAction = defineAction({
  name: 'incidents.close',
  summary: 'Close an incident; one with live alerts needs force',
  input: z.strictObject({ id: incidentName, reason: text(2000).optional(), force }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/close' },
  cli: { command: 'incidents close', args: ['id'] },
  run: async (ctx: FlowCtx, { id, reason, force }) =>
    toIncidentView(await moveIncident(ctx, id, { to: 'closed', why: reason ?? null, force })),
});

type Move = { to: IncidentStatus; why: string | null; force: boolean };

/** What ends by hand is told where its start was; live alerts end with it, so that nothing stays open that nobody looks at. */
function moveIncident(ctx: FlowCtx, name: string, move: Move): Promise<IncidentRow> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await lockIncident(ctx, readIncidentName(name));
    const [summary] = await summarizeIncidentAlerts(ctx, [incident.incident_id]);
    const subject = { number: formatNumber(incident.number), status: incident.status };
    const decision = decideMove(subject, move.to, summary?.live ?? 0, move.force);
    const message = move.why === null ? `${move.to} by hand` : `${move.to} by hand: ${move.why}`;
    if (move.to !== 'resolved' && move.to !== 'closed') return mitigateIncident(ctx, incident, message);
    const reason = `${move.to}_by_hand`;
    if (decision.endsAlerts) await endAlertsOfIncident(ctx, incident.incident_id, `incident_${reason}`);
    const ended = await endIncident(ctx, incident, { to: move.to, reason, message });
    if (decision.endsStory) {
      await tell(ctx, [describeResolved(ended, ctx.clock.now(), reason)]);
    }
    return ended;
  });
}
