import { type AlertView, listAlerts } from '../../alerts/index.ts';
import { type Action, runAction } from '../../core/action.ts';
import { isEntitled } from '../../core/actor.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { type ComponentView, listComponents } from '../../flows/health-actions.ts';
import type { ReloadTrouble } from '../../flows/reload-config.ts';
import { type IncidentView, listOpenIncidents } from '../../incidents/index.ts';
import { readOutboxHealth } from '../../notify/index.ts';
import type { Board, BoardIncident } from './board.ts';

const mostRows = 200;

/** Answers what the visitor may see of what is wrong now. */
export async function readBoard(ctx: FlowCtx, trouble: ReloadTrouble | null): Promise<Board> {
  const page = { limit: mostRows };
  const [incidents, alerts, components, outbox] = await Promise.all([
    list<IncidentView>(ctx, listOpenIncidents, page),
    list<AlertView>(ctx, listAlerts, { ...page, state: 'firing' }),
    list<ComponentView>(ctx, listComponents, {}),
    isEntitled(ctx.actor, 'tools.alerts.read') ? readOutboxHealth(ctx) : null,
  ]);
  return {
    nowMs: ctx.clock.now(),
    visitor: ctx.actor.name,
    dryRun: ctx.config.notify.dryRun,
    trouble,
    incidents: incidents?.map((incident) => withCounts(incident, alerts ?? [])) ?? null,
    alerts,
    components,
    outbox: outbox && { waiting: outbox.counts.pending + outbox.counts.sending, dead: outbox.counts.dead },
  };
}

/** Answers the action's list, or null where the visitor may not see it. */
async function list<Item>(ctx: FlowCtx, action: Action<FlowCtx>, input: object): Promise<Item[] | null> {
  if (!isEntitled(ctx.actor, action.entitlement)) return null;
  return ((await runAction(action, ctx, input)) as { data: Item[] }).data;
}

function withCounts(incident: IncidentView, alerts: readonly AlertView[]): BoardIncident {
  const own = alerts.filter((alert) => alert.incident_id === incident.id);
  const occurrences = own.reduce((sum, alert) => sum + alert.occurrences, 0);
  return { ...incident, alerts: own.length, occurrences };
}
