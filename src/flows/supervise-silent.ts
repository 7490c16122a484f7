import { endAlertsOfIncident, summarizeIncidentAlerts } from '../alerts/index.ts';
import { formatDuration } from '../core/duration.ts';
import {
  alterIncident,
  decideSilent,
  endIncident,
  lockIncident,
  type Silence,
  selectSilentIds,
} from '../incidents/index.ts';
import { type IncidentRow, inTransaction, isDatabaseUnavailable } from '../store/index.ts';
import { describeResolved } from './announce-incident.ts';
import type { FlowCtx } from './context.ts';
import { tell } from './tell.ts';

const pageSize = 500;
const reason = 'silent';

/** Notes the incidents whose alerts have fallen silent, and closes those that the policy lets close; answers how many. */
export async function tendSilent(ctx: FlowCtx): Promise<number> {
  let tended = 0;
  let afterId = '';
  for (;;) {
    const ids = await selectSilentIds(ctx, silenceOf(ctx), { afterId, limit: pageSize });
    for (const id of ids) if (await tryTend(ctx, id)) tended++;
    if (ids.length < pageSize) return tended;
    afterId = ids.at(-1) ?? '';
  }
}

function silenceOf(ctx: FlowCtx): Silence {
  const { noAlertsMs, autoClose } = ctx.config.escalation.defaults;
  return { sinceMs: ctx.clock.now() - noAlertsMs, alsoNoted: autoClose };
}

/** One that cannot be tended keeps none of the others; it comes round again. */
async function tryTend(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  try {
    return await tend(ctx, incidentId);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    const where = { tag: 'alert', incident_id: incidentId, err: error };
    ctx.log.error(where, '[alert] a silent incident could not be noted');
    return false;
  }
}

/** Asks again while the incident is held: an alert may have come meanwhile. */
function tend(ctx: FlowCtx, incidentId: string): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await lockIncident(ctx, { incidentId });
    const [id] = await selectSilentIds(ctx, silenceOf(ctx), { incidentId });
    if (id === undefined) return false;
    const { noAlertsMs, autoClose } = ctx.config.escalation.defaults;
    const isNoted = incident.candidate_at !== null;
    const quiet = `no alert in ${formatDuration(noAlertsMs)}`;
    switch (decideSilent({ severity: incident.severity, isNoted }, autoClose)) {
      case 'nothing':
        return false;
      case 'note': {
        const message = `${quiet}: a candidate to be closed`;
        const event = { type: 'note', message, meta: { reason } } as const;
        await alterIncident(ctx, incident, { candidate_at: ctx.clock.now() }, [event]);
        return true;
      }
      case 'close':
        await close(ctx, incident, `closed by itself: ${quiet}`);
        return true;
    }
  });
}

async function close(ctx: FlowCtx, incident: IncidentRow, message: string): Promise<void> {
  const [summary] = await summarizeIncidentAlerts(ctx, [incident.incident_id]);
  await endAlertsOfIncident(ctx, incident.incident_id, `incident_closed_${reason}`);
  const ended = await endIncident(ctx, incident, { to: 'closed', reason, message });
  const endedAt = summary?.lastSeenAt ?? ctx.clock.now();
  await tell(ctx, [describeResolved(ended, endedAt, reason)]);
}
