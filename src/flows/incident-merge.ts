import { z } from 'zod';
import { moveAlerts } from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import {
  incidentName,
  incidentView,
  isLive,
  lockIncidents,
  mergeIncidents,
  readIncidentName,
  toIncidentView,
} from '../incidents/index.ts';
import { inTransaction } from '../store/index.ts';
import { describeMergedInto, describeTakenIn } from './announce-change.ts';
import type { FlowCtx } from './context.ts';
import { tell } from './tell.ts';

/** Makes one incident part of another, with its alerts and what it stands for; answers the one that goes on. */
export const mergeAction = defineAction({
  name: 'incidents.merge',
  summary: 'Merge an incident into another, which takes its alerts and signatures',
  input: z.strictObject({
    id: incidentName,
    into: incidentName.describe('The incident that goes on.'),
    reason: text(2000).optional(),
  }),
  output: incidentView,
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/incidents/:id/merge' },
  cli: { command: 'incidents merge', args: ['id', 'into'] },
  run: (ctx: FlowCtx, { id, into, reason }) =>
    inTransaction(ctx, async (ctx) => {
      const names = [readIncidentName(id), readIncidentName(into)];
      const [source, target] = await lockIncidents(ctx, names);
      if (!source || !target) throw new Error('a held incident is missing');
      const merged = await mergeIncidents(ctx, source, target, reason);
      await moveAlerts(ctx, source.incident_id, target.incident_id);
      const ended = isLive(source) ? [describeMergedInto(merged, ctx.clock.now())] : [];
      await tell(ctx, [...ended, describeTakenIn(merged)]);
      return toIncidentView(merged.target);
    }),
});
