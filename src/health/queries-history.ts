import { type RawBuilder, type SqlBool, sql } from 'kysely';
import {
  type CheckHistoryRow,
  type CheckStatus,
  type CompiledQuery,
  type Ctx,
  type Expired,
  expiredRows,
} from '../store/index.ts';
import { countResults, type Resolution, resolutions } from './decide-history.ts';
import type { MaintenanceSpan, StatusStep } from './decide-uptime.ts';
import type { CheckResult, MaintenanceNote } from './types.ts';

/** Steps and planned work are kept as long as uptime looks back, and the day that is under way. */
const stepsKeptMs = 1826 * 86_400_000;

const larger = (column: string) =>
  `${column} = case when excluded.${column} > kept.${column} then excluded.${column} else kept.${column} end`;
const added = ['ok_count', 'degraded_count', 'down_count', 'unknown_count', 'latency_sum_ms'];
const addToHistory = {
  onConflict: `on conflict (resolution, component, check_name, at) do update set ${[
    ...added.map((column) => `${column} = kept.${column} + excluded.${column}`),
    larger('latency_max_ms'),
  ].join(', ')}`.replaceAll('kept.', 'check_history.'),
};
const prolong = {
  onConflict: `on conflict (component, from_at) do update set ${larger('until_at')}`.replaceAll(
    'kept.',
    'component_maintenance.',
  ),
};

/** Answers what counts results in their minutes, hours and days at once, so that none is ever behind another. Index: check_history_key. */
export function addToHistories(ctx: Ctx, results: readonly CheckResult[]): CompiledQuery[] {
  return ctx.dialect.insertRows('check_history', countResults(results), addToHistory);
}

/** Answers what notes planned work, each component once, up to the latest end that was noted of it. Index: component_maintenance_key. */
export function noteMaintenance(ctx: Ctx, notes: readonly MaintenanceNote[]): CompiledQuery[] {
  const rows = notes.map(({ component, fromMs, untilMs }) => ({
    component,
    from_at: fromMs,
    until_at: untilMs,
  }));
  return ctx.dialect.insertRows('component_maintenance', rows, prolong);
}

export type HistoryRange = { resolution: Resolution; fromMs: number; toMs: number };

/** Answers the buckets of a component's checks that begin in a range, by check and time. Index: check_history_key. */
export function listHistory(
  ctx: Ctx,
  component: string,
  { resolution, fromMs, toMs }: HistoryRange,
): Promise<CheckHistoryRow[]> {
  return ctx.db
    .selectFrom('check_history')
    .selectAll()
    .where('resolution', '=', resolution.name)
    .where('component', '=', component)
    .where('at', '>=', fromMs)
    .where('at', '<', toMs)
    .orderBy('check_name')
    .orderBy('at')
    .execute();
}

/** One row a component: so many rows would cost more on their way than to be found. */
type Listed = { component: string; listed: string };

/**
 * Answers the statuses that each component took since a time, in order, the one that it has the last; of one that nothing
 * is known of, nothing. A step later than the one that led to the status it has is of a clock that was ahead; as that may be
 * what the first one came from, the last one before the time is there too, as if it came just then. Index:
 * component_change_at, component_status_key.
 */
export async function listStatusSteps(
  ctx: Ctx,
  components: readonly string[],
  fromMs: number,
): Promise<Map<string, StatusStep[]>> {
  const isAsked = (column: string) => ctx.dialect.isOneOf(sql.ref(column), components);
  const { rows } = await sql<Listed>`
    select component, string_agg(at || ' ' || to_status || ' ' || coalesce(from_status, 'unknown'), ','
      order by at, is_last, change_id) as listed from (
      select step.component, step.at, 0 as is_last, step.change_id, step.from_status, step.to_status
        from component_change as step left join component_status as state on state.component = step.component
        where ${isAsked('step.component')} and step.at >= ${fromMs}
        and step.at <= coalesce(state.since, ${ctx.clock.now()})
      union all select component, ${fromMs - 1}, 0, '', null, (select to_status from component_change as earlier
        where earlier.component = state.component and earlier.at < ${fromMs} order by at desc, change_id desc limit 1)
        from component_status as state where ${isAsked('state.component')} and since >= ${fromMs}
      union all select component, since, 1, '', null, status from component_status where ${isAsked('component')}
    ) as known group by component`.execute(ctx.db);
  return readLists(rows, ([at, status, before]) => ({
    at: Number(at),
    status: status as CheckStatus,
    before: before as CheckStatus,
  }));
}

/** Answers the planned work on each component since a time, by its beginning. Index: component_maintenance_key. */
export async function listMaintenance(
  ctx: Ctx,
  components: readonly string[],
  fromMs: number,
): Promise<Map<string, MaintenanceSpan[]>> {
  const { rows } = await sql<Listed>`
    select component, string_agg(from_at || ' ' || until_at, ',' order by from_at) as listed from component_maintenance
    where ${ctx.dialect.isOneOf(sql.ref('component'), components)} and until_at > ${fromMs}
    group by component`.execute(ctx.db);
  return readLists(rows, ([from, until]) => ({ fromMs: Number(from), untilMs: Number(until) }));
}

function readLists<Item>(
  rows: readonly Listed[],
  read: (words: readonly string[]) => Item,
): Map<string, Item[]> {
  return new Map(
    rows.map(({ component, listed }) => [component, listed.split(',').map((item) => read(item.split(' ')))]),
  );
}

/** Answers the buckets that are older than their resolution is kept. */
export function expiredHistory(ctx: Ctx): Expired {
  // For an `or` over the resolutions SQLite would go by each, and sort all of it anew for every lot.
  const kept = resolutions.map(
    ({ name, bucketMs, keptMs }) => sql`when ${name} then cast(${keptMs + bucketMs} as bigint)`,
  );
  const isOld = isBeyond(ctx, 'at', sql`case resolution ${sql.join(kept, sql` `)} end`);
  const key = ['resolution', 'component', 'check_name', 'at'];
  return expiredRows(ctx, { table: 'check_history', key, isOld });
}

/** Answers the steps that uptime does not look back to; what they led to, later ones and the status itself say. */
export function expiredSteps(ctx: Ctx): Expired {
  const isOld = isBeyond(ctx, 'at', sql`${stepsKeptMs}`);
  return expiredRows(ctx, { table: 'component_change', key: ['component', 'change_id'], isOld });
}

/** Answers the planned work that uptime does not look back to. */
export function expiredMaintenance(ctx: Ctx): Expired {
  const isOld = isBeyond(ctx, 'until_at', sql`${stepsKeptMs}`);
  return expiredRows(ctx, { table: 'component_maintenance', key: ['component', 'from_at'], isOld });
}

/**
 * Older than it is kept, or as far ahead: of a clock that was wrong. One that is behind the tables themselves, as where
 * a machine without a battery starts in 1970, finds nothing ahead.
 */
function isBeyond(ctx: Ctx, column: string, keptMs: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const nowMs = sql`cast(${ctx.clock.now()} as bigint)`;
  const at = sql.ref(column);
  return sql<SqlBool>`(${at} < ${nowMs} - ${keptMs}
    or (${at} > ${nowMs} + ${keptMs} and (select max(applied_at) from migration) <= ${nowMs}))`;
}
