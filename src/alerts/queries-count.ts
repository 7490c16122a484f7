import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Severity, severities } from '../core/severity.ts';
import { type AlertBlockRow, type AlertStatus, type Ctx, workIs } from '../store/index.ts';
import { firstRefAt } from './queries-dashboard.ts';

export type AlertCounts = {
  total: number;
  live: number;
  byStatus: Record<AlertStatus, number>;
  bySeverity: Record<Severity, number>;
};

type Block = Pick<AlertBlockRow, 'from_ref' | 'to_ref'>;

/** Up to when ends are counted, as a name among counters. */
export const markName = 'alert_ends_until';

const columnOf = (severity: Severity) => sql.ref(severity.toLowerCase());
/** The columns of a block that count severities, and what counts them of alerts, in that order. */
export const severityColumns = sql.join(severities.map(columnOf));
export const countSeverities = sql.join(
  severities.map(
    (severity) => sql`count(case when severity = ${sql.lit(severity)} then 1 end) as ${columnOf(severity)}`,
  ),
);

/** When a block is due of which no count is to be believed until it is counted anew. */
export const uncountedDueAt = 0;
const isUncounted = sql`due_at = ${sql.lit(uncountedDueAt)}`;

/** In the words in which alert_event_raised is declared. */
export const isRaise = sql<SqlBool>`reason in ('severity_raised', 'escalated')`;

/** The first reference of the block that holds a reference; null: it is not noted yet. Index: alert_block_key. */
export function blockOf(ref: Expression<unknown>): RawBuilder<string | null> {
  return sql`(select case when b.to_ref > ${ref} then b.from_ref end from alert_block as b
    where b.from_ref <= ${ref} order by b.from_ref desc limit 1)`;
}

/** The blocks of alerts that became more severe since; null: of one that is in no block. Indexes: alert_event_raised, alert_block_key. */
export function selectRaised(ctx: Ctx, afterMs: number) {
  return ctx.db
    .selectFrom('alert_event')
    .select(blockOf(sql.ref('alert_ref')).as('from_ref'))
    .distinct()
    .where(isRaise)
    .where('at', '>', afterMs);
}

/** How the alerts since a reference are counted: by blocks where there are some, one by one before and behind these. */
type Plan = {
  sinceRef: string;
  markMs: number;
  /** From the first whole block to the end of the last; null: there is none. */
  blocks: Block | null;
  /** The first references of blocks whose counts of severities are no longer true, beside those that say so. */
  raised: readonly string[];
};

async function planCount(ctx: Ctx, sinceMs: number): Promise<Plan> {
  const sinceRef = firstRefAt(sinceMs);
  const found = await ctx.db
    .selectFrom('counter')
    .where('name', '=', markName)
    .select((eb) => [
      'value',
      eb
        .selectFrom('alert_block')
        .select((eb) => eb.fn.min('from_ref').as('from_ref'))
        .where('from_ref', '>=', sinceRef)
        .as('from_ref'),
      eb.selectFrom('alert_block').select('to_ref').orderBy('from_ref', 'desc').limit(1).as('to_ref'),
    ])
    .executeTakeFirst();
  if (!found?.from_ref || !found.to_ref) return { sinceRef, markMs: 0, blocks: null, raised: [] };
  const blocks = { from_ref: found.from_ref, to_ref: found.to_ref };
  const raised = await selectRaised(ctx, found.value).execute();
  return {
    sinceRef,
    markMs: found.value,
    blocks,
    raised: raised.flatMap(({ from_ref }) => (from_ref === null ? [] : [from_ref])),
  };
}

/**
 * Counts the alerts that came in since, exactly, by status and by severity, in one look. What it costs grows with what
 * came, ended and rose in the last minutes, and with what waits for work, not with the time it looks back. Indexes:
 * alert_block_key; alert_key, ranges of it; alert_ended; those of `workIs`.
 */
export async function countAlerts(ctx: Ctx, sinceMs: number): Promise<AlertCounts> {
  const plan = await planCount(ctx, sinceMs);
  const parts = sql.join(partsOf(ctx, plan), sql` union all `);
  const sums = [...severities.map((severity) => severity.toLowerCase()), 'ended'].map(
    (column) => sql`coalesce(sum(${sql.ref(column)}), 0) as ${sql.ref(column)}`,
  );
  const statuses = workStatuses.map(
    (status) => sql`(${countStatus(ctx, status, plan.sinceRef)}) as ${sql.ref(`of_${status}`)}`,
  );
  const counted = sql<Counted>`(select ${sql.join([...sums, ...statuses])} from (${parts}) as part)`;
  const row = await ctx.db.selectFrom(counted.as('counted')).selectAll().executeTakeFirstOrThrow();
  return toCounts(row);
}

type Counted = Record<'p0' | 'p1' | 'p2' | 'p3' | 'info' | 'ended', number> &
  Record<`of_${Exclude<AlertStatus, 'acked'>}`, number>;

/** Each has an index of its own; whatever is in none of them is acked. */
const workStatuses = ['new', 'processing', 'failed', 'dead'] as const satisfies readonly AlertStatus[];

/** As an expression, where the plain column would make SQLite go through all alerts since. */
function countStatus({ dialect }: Ctx, status: (typeof workStatuses)[number], sinceRef: string) {
  const isSince =
    status === 'dead' || status === 'new'
      ? sql`alert_ref >= ${sinceRef}`
      : sql`alert_ref || '' >= ${sinceRef}`;
  const ranks = status === 'new' ? sql`and severity_rank in (0, 1, 2, 3, 4)` : sql``;
  return sql`select count(*) from alert where ${workIs(dialect, status)} ${ranks} and ${isSince}`;
}

/** The statement's text is one, however many blocks there are: engines plan it once, and bound how long it may be. */
function partsOf(ctx: Ctx, { sinceRef, markMs, blocks, raised }: Plan): RawBuilder<unknown>[] {
  const plainly = sql`count(ended_at)`;
  if (blocks === null) return [countRows(sql`alert where alert_ref >= ${sinceRef}`, plainly)];
  const { from_ref, to_ref } = blocks;
  const isInside = sql`from_ref >= ${from_ref} and to_ref <= ${to_ref}`;
  const isUntrue = sql`(${isUncounted} or ${ctx.dialect.isOneOf(sql.ref('from_ref'), raised)})`;
  const endedLate = sql`ended_at > ${markMs}
    and ended_at > (select value from counter where name = ${sql.lit(markName)})`;
  const none = sql.join(severities.map(() => sql.lit(0)));
  return [
    sql`select ${severityColumns}, ended from alert_block where ${isInside} and not ${isUntrue}`,
    sql`select ${none}, count(*) from alert where ${endedLate}
      and alert_ref || '' >= ${from_ref} and alert_ref || '' < ${to_ref}`,
    // What of these ended late is counted above.
    countRows(
      sql`(select from_ref, to_ref from alert_block where ${isInside} and ${isUntrue}) as untrue
        cross join alert where alert_ref >= untrue.from_ref and alert_ref < untrue.to_ref`,
      sql`count(case when not (${endedLate}) then 1 end)`,
    ),
    countRows(sql`alert where alert_ref >= ${sinceRef} and alert_ref < ${from_ref}`, plainly),
    countRows(sql`alert where alert_ref >= ${sinceRef > to_ref ? sinceRef : to_ref}`, plainly),
  ];
}

function countRows(from: RawBuilder<unknown>, ended: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${countSeverities}, ${ended} as ended from ${from}`;
}

/** What was written long after its time may be in its status and not yet in its block: no count is less than its parts. */
function toCounts(row: Counted): AlertCounts {
  const bySeverity = { P0: row.p0, P1: row.p1, P2: row.p2, P3: row.p3, INFO: row.info };
  const waiting = {
    new: row.of_new,
    processing: row.of_processing,
    failed: row.of_failed,
    dead: row.of_dead,
  };
  const total = Math.max(sumOf(bySeverity), sumOf(waiting));
  return {
    total,
    live: Math.max(0, total - row.ended),
    byStatus: { ...waiting, acked: total - sumOf(waiting) },
    bySeverity,
  };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
