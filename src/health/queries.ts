import { sql } from 'kysely';
import {
  type CheckStateRow,
  type ComponentChangeRow,
  type ComponentStatusRow,
  type Ctx,
  runStatements,
} from '../store/index.ts';
import { addToHistories, noteMaintenance } from './queries-history.ts';
import type { CheckRecord, CheckResult, ComponentChange, ComponentState, MaintenanceNote } from './types.ts';

/** Answers what is known of the checks of the components; null: of all. Index: check_state_key. */
export async function listCheckRecords(
  ctx: Ctx,
  components: readonly string[] | null,
): Promise<CheckRecord[]> {
  let query = ctx.db.selectFrom('check_state').selectAll();
  if (components) query = query.where(ctx.dialect.isOneOf(sql.ref('component'), components));
  return (await query.orderBy('component').orderBy('check_name').execute()).map(toRecord);
}

/** Answers what is known of one check; null: nothing. Index: check_state_key. */
export async function findCheckRecord(
  ctx: Ctx,
  component: string,
  check: string,
): Promise<CheckRecord | null> {
  const row = await ctx.db
    .selectFrom('check_state')
    .selectAll()
    .where('component', '=', component)
    .where('check_name', '=', check)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** Answers the states of the components; null: of all that have one. Index: component_status_key. */
export async function listComponentStates(
  ctx: Ctx,
  components: readonly string[] | null,
): Promise<ComponentState[]> {
  let query = ctx.db.selectFrom('component_status').selectAll();
  if (components) query = query.where(ctx.dialect.isOneOf(sql.ref('component'), components));
  return (await query.orderBy('component').execute()).map(toState);
}

/**
 * Answers the states of the components, of what they need, and of all that are told of together with one of them.
 * Index: component_status_key, component_told_by.
 */
export async function listTogether(
  ctx: Ctx,
  components: readonly string[],
  upstreams: readonly string[],
): Promise<ComponentState[]> {
  const { isOneOf } = ctx.dialect;
  const rows = await ctx.db
    .selectFrom('component_status')
    .selectAll()
    .where((eb) =>
      eb.or([
        isOneOf(sql.ref('component'), [...new Set([...components, ...upstreams])]),
        isOneOf(sql.ref('told_by'), upstreams),
        eb(
          'told_by',
          'in',
          eb
            .selectFrom('component_status as one')
            .select('one.told_by')
            .where(isOneOf(sql.ref('one.component'), components)),
        ),
      ]),
    )
    .orderBy('component')
    .execute();
  return rows.map(toState);
}

export type HealthWrites = {
  records: readonly CheckRecord[];
  states: readonly ComponentState[];
  changes: readonly ComponentChange[];
  results: readonly CheckResult[];
  maintenance: readonly MaintenanceNote[];
};

/** Writes what results come to, states and steps at once, each key once. Index: the primary keys. */
export async function writeHealth(ctx: Ctx, writes: HealthWrites): Promise<void> {
  const { records, states, changes, results, maintenance } = writes;
  const { insertRows } = ctx.dialect;
  const checkRows = records.map(toCheckRow);
  const statusRows = states.map(toStatusRow);
  const changeRows = changes.map((change) => toChangeRow(change, ctx.ids.ulid()));
  await runStatements(ctx, [
    ...insertRows('check_state', checkRows, overwrite(['component', 'check_name'], columnsOf(checkRows))),
    ...insertRows('component_status', statusRows, overwrite(['component'], columnsOf(statusRows))),
    ...insertRows('component_change', changeRows),
    ...addToHistories(ctx, results),
    ...noteMaintenance(ctx, maintenance),
  ]);
}

function columnsOf(rows: readonly object[]): string[] {
  return Object.keys(rows[0] ?? {});
}

function overwrite(key: readonly string[], columns: readonly string[]): { onConflict: string } {
  const sets = columns
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  return { onConflict: `on conflict (${key.join(', ')}) do update set ${sets.join(', ')}` };
}

/** Forgets checks. Index: check_state_key. */
export async function deleteCheckRecords(
  ctx: Ctx,
  checks: readonly { component: string; check: string }[],
): Promise<void> {
  await runStatements(
    ctx,
    checks.map(({ component, check }) =>
      ctx.db
        .deleteFrom('check_state')
        .where('component', '=', component)
        .where('check_name', '=', check)
        .compile(),
    ),
  );
}

/** Forgets the states of components; their steps stay. Index: component_status_key. */
export async function deleteComponentStates(ctx: Ctx, components: readonly string[]): Promise<void> {
  await ctx.db
    .deleteFrom('component_status')
    .where(ctx.dialect.isOneOf(sql.ref('component'), components))
    .execute();
}

function toRecord(row: CheckStateRow): CheckRecord {
  return {
    component: row.component,
    check: row.check_name,
    status: row.status,
    reason: row.reason,
    detail: row.detail,
    since: row.since,
    checkedAt: row.checked_at,
    latencyMs: row.latency_ms,
    consecutiveFailures: row.consecutive_failures,
    consecutiveDowns: row.consecutive_downs,
    consecutiveSuccesses: row.consecutive_successes,
    consecutiveNotDowns: row.consecutive_not_downs,
    recent: readRecent(row),
    lastGood: row.last_good === null ? null : (JSON.parse(row.last_good) as CheckRecord['lastGood']),
  };
}

function toCheckRow(record: CheckRecord): CheckStateRow {
  return {
    component: record.component,
    check_name: record.check,
    status: record.status,
    reason: record.reason,
    detail: record.detail,
    since: record.since,
    checked_at: record.checkedAt,
    latency_ms: record.latencyMs,
    consecutive_failures: record.consecutiveFailures,
    consecutive_downs: record.consecutiveDowns,
    consecutive_successes: record.consecutiveSuccesses,
    consecutive_not_downs: record.consecutiveNotDowns,
    last_good: record.lastGood && JSON.stringify(record.lastGood),
    recent: record.recent === '' ? null : `${record.checkedAt} ${record.recent}`,
  };
}

/** Behind a result that another version kept, which leaves this as it is, they are the last ones no more. */
function readRecent({ recent, checked_at }: CheckStateRow): string {
  const [at, results = ''] = recent?.split(' ') ?? [];
  return Number(at) === checked_at ? results : '';
}

function toState({ checked_at, told_by, ...row }: ComponentStatusRow): ComponentState {
  const { component, status, reason, since } = row;
  return { component, status, reason, since, checkedAt: checked_at, toldBy: told_by };
}

function toStatusRow({ checkedAt, toldBy, ...state }: ComponentState): ComponentStatusRow {
  const { component, status, reason, since } = state;
  return { component, status, reason, since, checked_at: checkedAt, told_by: toldBy };
}

function toChangeRow(change: ComponentChange, changeId: string): ComponentChangeRow {
  const { component, at, from, to, reason } = change;
  return { component, change_id: changeId, at, from_status: from, to_status: to, reason };
}
