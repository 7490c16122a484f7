import { type AlertView, listAlerts, summarizeIncidentAlerts } from '../../alerts/index.ts';
import { type Action, runAction } from '../../core/action.ts';
import { isEntitled } from '../../core/actor.ts';
import { severityRank } from '../../core/severity.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { type ComponentView, listComponents } from '../../flows/health-actions.ts';
import { listProfiles, type ProfileView } from '../../flows/list-profiles.ts';
import { readUptime } from '../../flows/read-uptime.ts';
import type { ReloadTrouble } from '../../flows/reload-config.ts';
import { type IncidentView, listOpenIncidents } from '../../incidents/index.ts';
import { readOutboxHealth } from '../../notify/index.ts';
import type { Board, BoardComponent, BoardIncident } from './board.ts';

const mostAlerts = 200;
/** What one page of a list may hold. */
const mostIncidents = 500;
const shownDays = 30;

/** Answers what the visitor may see of what is wrong now. */
export async function readBoard(ctx: FlowCtx, trouble: ReloadTrouble | null): Promise<Board> {
  const [incidents, alerts, components, jobs, outbox] = await Promise.all([
    list<IncidentView>(ctx, listOpenIncidents, { limit: mostIncidents }),
    list<AlertView>(ctx, listAlerts, { limit: mostAlerts, state: 'firing' }),
    listComponentsWithDays(ctx),
    list<ProfileView>(ctx, listProfiles, {}),
    isEntitled(ctx.actor, 'tools.alerts.read') ? readOutboxHealth(ctx) : null,
  ]);
  return {
    nowMs: ctx.clock.now(),
    visitor: ctx.actor.name,
    dryRun: ctx.config.notify.dryRun,
    trouble,
    incidents: incidents && (await addCounts(ctx, incidents.toSorted(compareUrgency))),
    alerts,
    components,
    jobs,
    outbox: outbox && { waiting: outbox.counts.pending + outbox.counts.sending, dead: outbox.counts.dead },
  };
}

/** Answers the action's list, or null where the visitor may not see it. */
async function list<Item>(ctx: FlowCtx, action: Action<FlowCtx>, input: object): Promise<Item[] | null> {
  if (!isEntitled(ctx.actor, action.entitlement)) return null;
  return ((await runAction(action, ctx, input)) as { data: Item[] }).data;
}

/** Components and days are both in the order of the configuration. */
async function listComponentsWithDays(ctx: FlowCtx): Promise<BoardComponent[] | null> {
  if (!isEntitled(ctx.actor, listComponents.entitlement)) return null;
  const ids = ctx.config.components.map(({ id }) => id);
  const [components, days] = await Promise.all([
    list<ComponentView>(ctx, listComponents, {}),
    readUptime(ctx, ids, shownDays),
  ]);
  return (components ?? []).map((component, i) => ({ ...component, days: days[i] ?? [] }));
}

/** The most severe first; of equals the one that began first. */
function compareUrgency(a: IncidentView, b: IncidentView): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    Date.parse(a.started_at) - Date.parse(b.started_at) ||
    a.id.localeCompare(b.id)
  );
}

async function addCounts(ctx: FlowCtx, incidents: readonly IncidentView[]): Promise<BoardIncident[]> {
  const summaries = await summarizeIncidentAlerts(
    ctx,
    incidents.map(({ id }) => id),
  );
  const byId = new Map(summaries.map((summary) => [summary.incidentId, summary]));
  return incidents.map((incident) => {
    const summary = byId.get(incident.id);
    return { ...incident, alerts: summary?.total ?? 0, occurrences: summary?.occurrences ?? 0 };
  });
}
