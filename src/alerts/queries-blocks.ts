import { type CompiledQuery, sql } from 'kysely';
import { severities } from '../core/severity.ts';
import { type AlertBlockRow, type Ctx, insertMany, runStatements } from '../store/index.ts';
import {
  blockOf,
  countSeverities,
  isRaise,
  markName,
  selectRaised,
  severityColumns,
  uncountedDueAt,
} from './queries-count.ts';
import { firstRefAt } from './queries-dashboard.ts';
import type { Dimension } from './queries-notes.ts';

/** Alerts in the order of their references, from and with one, up to another. */
export type Block = Pick<AlertBlockRow, 'from_ref' | 'to_ref'>;

const dimensions: readonly Dimension[] = ['source', 'kind'];

/** Says up to when ends are counted, where nothing says so yet: what ends later is found by its time. */
export async function startMark(ctx: Ctx, untilMs: number): Promise<void> {
  await insertMany(ctx, 'counter', [{ name: markName, value: untilMs }], {
    onConflict: 'on conflict (name) do nothing',
  });
}

/** Answers up to when ends are counted, held until the commit, so that one transaction at a time counts; null: nothing is counted. Index: counter_key. */
export async function lockMark(ctx: Ctx): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', markName)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row?.value ?? null;
}

type TimeSpan = { afterMs: number; untilMs: number };

/** Answers the time to which ends and rises may be counted next, so many ends at once; where it begins where there are none. Indexes: alert_ended, alert_event_raised. */
export async function findNextMark(ctx: Ctx, span: TimeSpan, limit: number): Promise<number> {
  const { afterMs, untilMs } = span;
  const ends = ctx.db
    .selectFrom('alert')
    .select('ended_at')
    .where('ended_at', '>', afterMs)
    .where('ended_at', '<=', untilMs)
    .orderBy('ended_at')
    .limit(limit);
  const ended = await ctx.db
    .selectFrom(ends.as('ends'))
    .select((eb) => [eb.fn.countAll<number>().as('total'), eb.fn.max('ended_at').as('last')])
    .executeTakeFirst();
  if (ended && ended.total === limit) return ended.last ?? afterMs;
  const raised = await ctx.db
    .selectFrom('alert_event')
    .where(isRaise)
    .where('at', '>', afterMs)
    .where('at', '<=', untilMs)
    .select((eb) => eb.fn.max('at').as('last'))
    .executeTakeFirst();
  return Math.max(afterMs, ended?.last ?? afterMs, raised?.last ?? afterMs);
}

/** Answers how many alerts of which blocks ended in a time. Indexes: alert_ended, alert_block_key. */
export async function countEnds(ctx: Ctx, span: TimeSpan): Promise<{ from_ref: string; ended: number }[]> {
  const ends = ctx.db
    .selectFrom('alert')
    .select(blockOf(sql.ref('alert_ref')).as('from_ref'))
    .where('ended_at', '>', span.afterMs)
    .where('ended_at', '<=', span.untilMs);
  const counted = await ctx.db
    .selectFrom(ends.as('ends'))
    .groupBy('from_ref')
    .select((eb) => ['from_ref', eb.fn.countAll<number>().as('ended')])
    .execute();
  return counted.flatMap(({ from_ref, ended }) => (from_ref === null ? [] : [{ from_ref, ended }]));
}

/**
 * Moves the mark, counts what ended up to it, and forgets the counts of blocks in which something rose: these are counted
 * anew one by one, each in a transaction of its own. Indexes: the primary keys, alert_event_raised.
 */
export function moveMark(
  ctx: Ctx,
  { afterMs, untilMs }: TimeSpan,
  ends: readonly { from_ref: string; ended: number }[],
): CompiledQuery[] {
  const raised = selectRaised(ctx, afterMs).where('at', '<=', untilMs);
  return [
    setMark(ctx, untilMs),
    ctx.db
      .updateTable('alert_block')
      .set({ due_at: uncountedDueAt })
      .where('from_ref', 'in', raised)
      .compile(),
    ...ends.map(({ from_ref, ended }) =>
      ctx.db
        .updateTable('alert_block')
        .set((eb) => ({ ended: eb('ended', '+', ended) }))
        .where('from_ref', '=', from_ref)
        .compile(),
    ),
  ];
}

/** Up to so long, the blocks whose alerts ended in a time are looked up; behind that, all are said to be among them. */
const lookedUpMs = 3_600_000;

/**
 * Moves the mark back to where a time begins: forgets the blocks that reach into it, and the counts of those in which
 * something ended in it. Indexes: the primary keys, alert_note_of_block, alert_ended.
 */
export function takeMarkBack(ctx: Ctx, { afterMs, untilMs }: TimeSpan): CompiledQuery[] {
  const endRef = firstRefAt(afterMs);
  const reaching = ctx.db.selectFrom('alert_block').select('from_ref').where('to_ref', '>', endRef);
  const ended = ctx.db
    .selectFrom('alert')
    .select(blockOf(sql.ref('alert_ref')).as('from_ref'))
    .distinct()
    .where('ended_at', '>', afterMs)
    .where('ended_at', '<=', untilMs);
  return [
    setMark(ctx, afterMs),
    ctx.db.deleteFrom('alert_note').where('from_ref', 'in', reaching).compile(),
    ctx.db.deleteFrom('alert_block').where('to_ref', '>', endRef).compile(),
    ctx.db
      .updateTable('alert_block')
      .set({ due_at: uncountedDueAt })
      .$if(untilMs - afterMs <= lookedUpMs, (query) => query.where('from_ref', 'in', ended))
      .compile(),
  ];
}

function setMark(ctx: Ctx, value: number): CompiledQuery {
  return ctx.db.updateTable('counter').set({ value }).where('name', '=', markName).compile();
}

/** Answers the block that follows the last one, of alerts that came before a time; null: there are not enough of them yet. Index: alert_key. */
export async function findNextBlock(ctx: Ctx, beforeRef: string, size: number): Promise<Block | null> {
  const last = await ctx.db
    .selectFrom('alert_block')
    .select('to_ref')
    .orderBy('from_ref', 'desc')
    .limit(1)
    .executeTakeFirst();
  const following = ctx.db
    .selectFrom('alert')
    .select('alert_ref')
    .where('alert_ref', '>=', last?.to_ref ?? '')
    .where('alert_ref', '<', beforeRef)
    .orderBy('alert_ref')
    .limit(1);
  const first = await following.executeTakeFirst();
  const next = await following.offset(size).executeTakeFirst();
  return first && next ? { from_ref: last?.to_ref ?? first.alert_ref, to_ref: next.alert_ref } : null;
}

/**
 * Answers blocks that are to be counted anew, for longest first; what is due later than it may be was put off by a clock
 * that was ahead. It goes through all: one to a thousand alerts.
 */
export function listDueBlocks(ctx: Ctx, within: { mostMs: number; limit: number }): Promise<Block[]> {
  const nowMs = ctx.clock.now();
  return ctx.db
    .selectFrom('alert_block')
    .select(['from_ref', 'to_ref'])
    .where((eb) => eb.or([eb('due_at', '<=', nowMs), eb('due_at', '>', nowMs + within.mostMs)]))
    .orderBy('due_at')
    .orderBy('from_ref')
    .limit(within.limit)
    .execute();
}

/** Answers the blocks that hold a span of references. Index: alert_block_key. */
export function listBlocksOf(ctx: Ctx, firstRef: string, lastRef: string): Promise<Block[]> {
  return ctx.db
    .selectFrom('alert_block')
    .select(['from_ref', 'to_ref'])
    .where('from_ref', '<=', lastRef)
    .where('to_ref', '>', firstRef)
    .execute();
}

/** Makes a block of which nothing is counted yet. */
export function createBlock(ctx: Ctx, block: Block): Promise<string[]> {
  const nothing = { p0: 0, p1: 0, p2: 0, p3: 0, info: 0, ended: 0, due_at: uncountedDueAt };
  return insertMany(ctx, 'alert_block', [{ ...block, ...nothing }]);
}

/** Counts the alerts of a block, with the ends up to the mark, and notes their sources and kinds. Index: alert_key, a range of it. */
export function countBlock(
  ctx: Ctx,
  { from_ref, to_ref }: Block,
  { markMs, dueAt }: { markMs: number; dueAt: number },
): CompiledQuery[] {
  const rows = sql`from alert where alert_ref >= ${from_ref} and alert_ref < ${to_ref}`;
  return [
    sql`update alert_block set (${severityColumns}, ended) = (select ${countSeverities},
      count(case when ended_at <= ${markMs} then 1 end) ${rows}), due_at = ${dueAt}
      where from_ref = ${from_ref}`.compile(ctx.db),
    ctx.db.deleteFrom('alert_note').where('from_ref', '=', from_ref).compile(),
    ...dimensions.map((dimension) =>
      sql`insert into alert_note (dimension, value, from_ref, first_ref, last_ref, looks)
        select ${sql.lit(dimension)}, value, cast(${from_ref} as text), min(alert_ref), max(alert_ref), max(place) - min(place) + 1
        from (select ${sql.ref(dimension)} as value, alert_ref, row_number() over (order by alert_ref) as place ${rows}) as placed
        group by value`.compile(ctx.db),
    ),
  ];
}

/** Removes those of the blocks that hold no alert any more. Index: alert_block_key, alert_note_of_block. */
export async function removeEmptyBlocks(ctx: Ctx, blocks: readonly Block[]): Promise<void> {
  const fromRefs = blocks.map((block) => block.from_ref);
  const empty = ctx.db
    .selectFrom('alert_block')
    .select('from_ref')
    .where(ctx.dialect.isOneOf(sql.ref('from_ref'), fromRefs))
    .where(
      sql<number>`${sql.join(
        severities.map((severity) => sql.ref(severity.toLowerCase())),
        sql` + `,
      )}`,
      '=',
      0,
    );
  await runStatements(ctx, [
    ctx.db.deleteFrom('alert_note').where('from_ref', 'in', empty).compile(),
    ctx.db.deleteFrom('alert_block').where('from_ref', 'in', empty).compile(),
  ]);
}
