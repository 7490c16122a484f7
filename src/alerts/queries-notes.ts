import { sql } from 'kysely';
import type { Ctx } from '../store/index.ts';

/** What is noted of a block: which of these its alerts had. Neither ever changes. */
export type Dimension = 'source' | 'kind';

/** Answers the reference up to which blocks are noted; null: none is. Index: alert_block_key. */
export async function findNotedUntil(ctx: Ctx): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('alert_block')
    .select('to_ref')
    .orderBy('from_ref', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.to_ref ?? null;
}

/** Where alerts of a block are: from one to another, with so many of whatever kind. */
export type Span = { fromRef: string; firstRef: string; lastRef: string; looks: number };

/** Answers where alerts of one of the values came, one span a block, before a reference, the latest first. Index: alert_note_key. */
export async function listSpans(
  ctx: Ctx,
  of: { dimension: Dimension; values: readonly string[] },
  { beforeRef, limit }: { beforeRef: string | null; limit: number },
): Promise<Span[]> {
  return ctx.db
    .selectFrom('alert_note')
    .groupBy('from_ref')
    .select((eb) => [
      'from_ref as fromRef',
      eb.fn.min('first_ref').as('firstRef'),
      eb.fn.max('last_ref').as('lastRef'),
      eb.fn.sum<number>('looks').as('looks'),
    ])
    .where('dimension', '=', sql.lit(of.dimension))
    .where(ctx.dialect.isOneOf(sql.ref('value'), of.values))
    .$if(beforeRef !== null, (query) => query.where('from_ref', '<', beforeRef ?? ''))
    .orderBy('from_ref', 'desc')
    .limit(limit)
    .execute();
}
