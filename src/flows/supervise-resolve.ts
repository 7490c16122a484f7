import { summarizeIncidentAlerts } from '../alerts/index.ts';
import { decideAutoResolve, endIncident, lockIncident, selectQuietIds } from '../incidents/index.ts';
import { inTransaction, isDatabaseUnavailable } from '../store/index.ts';
import { describeResolved } from './announce-incident.ts';
import type { FlowCtx } from './context.ts';
import { tell } from './tell.ts';

const pageSize = 500;
const reason = 'all_ended';

/** Resolves the open incidents whose alerts have all ended for the hold; answers how many. */
export async function resolveHealed(ctx: FlowCtx): Promise<number> {
  let resolved = 0;
  let afterId = '';
  for (;;) {
    const ids = await selectQuietIds(ctx, afterId, pageSize);
    for (const id of await findOver(ctx, ids)) if (await tryResolve(ctx, id)) resolved++;
    if (ids.length < pageSize) return resolved;
    afterId = ids.at(-1) ?? '';
  }
}

async function findOver(ctx: FlowCtx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const holdMs = ctx.config.policy.defaults.resolveHoldMs;
  const summaries = await summarizeIncidentAlerts(ctx, ids);
  return summaries
    .filter((summary) => decideAutoResolve(summary, ctx.clock.now(), holdMs).resolve)
    .map((summary) => summary.incidentId);
}

/** An incident that cannot be resolved keeps none of the others; it comes round again. */
async function tryResolve(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  try {
    return await resolveOne(ctx, incidentId);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    ctx.log.error(
      { tag: 'alert', incident_id: incidentId, err: error },
      '[alert] an incident could not be resolved',
    );
    return false;
  }
}

/** Asks again while the service is held, so that no alert joins an incident that is just being resolved. */
function resolveOne(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await lockIncident(ctx, { incidentId });
    if (incident.status !== 'open' && incident.status !== 'mitigating') return false;
    const [summary] = await summarizeIncidentAlerts(ctx, [incidentId]);
    if (!summary) return false;
    const holdMs = ctx.config.policy.defaults.resolveHoldMs;
    if (!decideAutoResolve(summary, ctx.clock.now(), holdMs).resolve) return false;
    const message = 'resolved: all alerts have ended';
    const ended = await endIncident(ctx, incident, { to: 'resolved', reason, message });
    const endedAt = summary.lastEndedAt ?? ctx.clock.now();
    await tell(ctx, [describeResolved(ended, endedAt, reason)]);
    return true;
  });
}
