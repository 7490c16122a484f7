import { ingest } from '../alerts/index.ts';
import type { ComponentConfig } from '../config/types.ts';
import type { AlertReport } from '../core/hand-over.ts';
import {
  type CheckRecord,
  type ComponentChange,
  type ComponentState,
  createGraphs,
  decideComponent,
  deleteCheckRecords,
  deleteComponentStates,
  isFailing,
  isTellingOver,
  judgeChecks,
  listCheckRecords,
  listComponentStates,
  lockLeaseToken,
  reportRecovery,
  tellerOf,
  writeHealth,
} from '../health/index.ts';
import { inTransaction, runAfterCommit } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { groupOf, reportGroup } from './health-groups.ts';
import { checksLease } from './health-record.ts';

const notWatched = 'no longer watched';

/**
 * Brings what is kept of components in line with the configuration: checks that are gone are forgotten, components
 * without scheduled checks too, and the alerts that nothing would end any more are ended.
 */
export async function reconcileComponents(ctx: FlowCtx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    // Results are kept under the same lock.
    await lockLeaseToken(ctx, checksLease);
    const watched = new Map(
      ctx.config.components.filter(isWatched).map((component) => [component.id, component]),
    );
    const { gone, left } = sortRecords(await listCheckRecords(ctx, null), watched);
    const states = await listComponentStates(ctx, null);
    const orphans = states.filter(({ component }) => !watched.has(component));
    if (gone.length === 0 && orphans.length === 0) return;

    const touched = new Set(gone.map(({ component }) => component));
    const changed = states
      .filter(({ component }) => watched.has(component) && touched.has(component))
      .map((state) => judgeAnew(state, left, ctx.clock.now()));
    await deleteCheckRecords(ctx, gone);
    await forget(ctx, orphans, changed);
    const kept = states.filter(({ component }) => watched.has(component));
    const after = [...kept, ...changed.map(({ next }) => next)];
    const groups = reportLeft(ctx, states, { states: after, records: left });
    await tellAlerts(ctx, [...listRecoveries(orphans, changed), ...groups]);
  });
}

/** A component whose checks have become fewer, judged by those that are left. */
type Judged = ReturnType<typeof judgeAnew>;

async function forget(
  ctx: FlowCtx,
  orphans: readonly ComponentState[],
  changed: readonly Judged[],
): Promise<void> {
  await deleteComponentStates(
    ctx,
    orphans.map(({ component }) => component),
  );
  await writeHealth(ctx, {
    records: [],
    states: changed.map(({ next }) => next),
    changes: [
      ...orphans.map((state) => leave(state, ctx.clock.now())),
      ...changed.flatMap(({ change }) => change ?? []),
    ],
    results: [],
    maintenance: [],
  });
}

function listRecoveries(orphans: readonly ComponentState[], changed: readonly Judged[]): AlertReport[] {
  const told = changed.filter(({ next, change, isOver }) => isOver || (change && next.status === 'ok'));
  return [
    ...orphans.map(({ component }) => reportRecovery({ id: component, name: component }, notWatched)),
    ...told.map(({ next: { component } }) =>
      reportRecovery({ id: component, name: component }, `a failing check is ${notWatched}`),
    ),
  ];
}

/** What is left; of two states of a component the later counts. */
type Left = { states: readonly ComponentState[]; records: readonly CheckRecord[] };

/** Answers what is to be said of those that are told of together where some have left. */
function reportLeft(
  ctx: FlowCtx,
  before: readonly ComponentState[],
  { states, records }: Left,
): AlertReport[] {
  const stateOf = new Map(states.map((state) => [state.component, state]));
  const recordsOf = Map.groupBy(records, ({ component }) => component);
  const known = {
    graph: createGraphs()(ctx.config.components),
    states: [...stateOf.values()],
    recordsOf: (component: string) => recordsOf.get(component) ?? [],
  };
  const groups = before.flatMap((state) => {
    const group = groupOf(state.component, tellerOf(state));
    return group !== null && stateOf.get(state.component)?.toldBy !== group ? [group] : [];
  });
  return [...new Set(groups)].map((group) => reportGroup(group, known, notWatched));
}

function isWatched({ checks }: ComponentConfig): boolean {
  return checks.some(({ intervalMs }) => intervalMs !== null);
}

function sortRecords(
  records: readonly CheckRecord[],
  watched: ReadonlyMap<string, ComponentConfig>,
): { gone: CheckRecord[]; left: CheckRecord[] } {
  const isLeft = ({ component, check }: CheckRecord) =>
    watched.get(component)?.checks.some(({ name, intervalMs }) => name === check && intervalMs !== null) ??
    false;
  return { gone: records.filter((record) => !isLeft(record)), left: records.filter(isLeft) };
}

/** Without the checks that are gone; a failure of the others is told at their next result. */
function judgeAnew(state: ComponentState, records: readonly CheckRecord[], nowMs: number) {
  const judged = judgeChecks(records.filter(({ component }) => component === state.component));
  // Whether it still is the failure of what it needs is weighed at the next result too.
  const isHeld = state.reason === 'upstream_down' && isFailing(judged.status);
  const verdict = isHeld ? { ...judged, reason: state.reason } : judged;
  const { next, change } = decideComponent(state.component, state, verdict, nowMs, null);
  return { next: { ...next, checkedAt: state.checkedAt }, change, isOver: isTellingOver(state, next) };
}

function leave({ component, status }: ComponentState, nowMs: number): ComponentChange {
  return { component, at: nowMs, from: status, to: 'unknown', reason: 'not_watched' };
}

async function tellAlerts(ctx: FlowCtx, reports: readonly AlertReport[]): Promise<void> {
  if (reports.length === 0) return;
  await ingest(ctx, reports, ctx.config.policy.defaults);
  runAfterCommit(ctx, () => ctx.signals.alerts.ring());
}
