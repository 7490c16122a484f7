import { sql } from 'kysely';
import {
  type AlertRow,
  type Ctx,
  defineStatement,
  type Question,
  type SilenceRow,
} from '../../store/index.ts';
import type { SilenceState } from './types.ts';

/** Writes a new silence. */
export async function insertSilence(ctx: Ctx, row: SilenceRow): Promise<void> {
  await ctx.db.insertInto('silence').values(row).execute();
}

/** Answers one silence or null. Index: the primary key. */
export async function selectSilence(ctx: Ctx, id: string): Promise<SilenceRow | null> {
  const row = await ctx.db.selectFrom('silence').selectAll().where('silence_id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** Asks for the silences that are on at the time, oldest first. Index: silence_end. */
export function activeSilences(ctx: Ctx, nowMs: number): Question<SilenceRow[]> {
  return { statements: [selectActive(ctx, null, { nowMs })], read: ([rows]) => rows as SilenceRow[] };
}

const selectActive = defineStatement<{ nowMs: number }, null, SilenceRow>(({ db, value }) =>
  db
    .selectFrom('silence')
    .selectAll()
    .where('ends_at', '>', value('nowMs'))
    .where('starts_at', '<=', value('nowMs'))
    .orderBy('silence_id'),
);

/** Answers the silences that are on at the time, oldest first. Index: silence_end. */
export async function selectActiveSilences(ctx: Ctx, nowMs: number): Promise<SilenceRow[]> {
  return (await ctx.db.executeQuery(selectActive(ctx, null, { nowMs }))).rows;
}

/** Answers silences, newest first, after the cursor's id. Index: the primary key, whose order is that of creation. */
export function selectSilences(
  ctx: Ctx,
  filter: { state: SilenceState | null; nowMs: number },
  page: { afterId: string | null; limit: number },
): Promise<SilenceRow[]> {
  const { state, nowMs } = filter;
  let query = ctx.db.selectFrom('silence').selectAll();
  if (page.afterId !== null) query = query.where('silence_id', '<', page.afterId);
  if (state !== null) query = query.where('ends_at', state === 'expired' ? '<=' : '>', nowMs);
  if (state === 'active') query = query.where('starts_at', '<=', nowMs);
  if (state === 'pending') query = query.where('starts_at', '>', nowMs);
  return query.orderBy('silence_id', 'desc').limit(page.limit).execute();
}

/** Ends a silence that is on or to come; answers whether it did. Index: the primary key. */
export async function endSilence(ctx: Ctx, id: string, nowMs: number): Promise<boolean> {
  const rows = await ctx.db
    .updateTable('silence')
    .set({ ends_at: nowMs, expired_by: ctx.actor.name })
    .where('silence_id', '=', id)
    .where('ends_at', '>', nowMs)
    .returning('silence_id')
    .execute();
  return rows.length > 0;
}

/** Answers what holds live alerts, by id. Index: alert_silenced. */
export async function selectHolders(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('alert')
    .select((eb) => eb.ref('silenced_by').$castTo<string>().as('id'))
    .distinct()
    .where('silenced_by', 'is not', null)
    .where('ended_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Answers live alerts that one silence holds, after the reference, held until the commit. Index: alert_silenced. */
export function lockHeldAlerts(
  ctx: Ctx,
  holderId: string,
  page: { afterRef: string; limit: number },
): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('silenced_by', '=', holderId)
    .where('ended_at', 'is', null)
    .where('alert_ref', '>', page.afterRef)
    .orderBy('alert_ref')
    .limit(page.limit)
    .modifyEnd(ctx.dialect.skipLocked)
    .execute();
}

/** Notes what holds alerts; null: nothing any more. In the open transaction that holds them. Index: the primary key. */
export async function markSilenced(
  ctx: Ctx,
  refs: readonly string[],
  silenceId: string | null,
): Promise<void> {
  if (refs.length === 0) return;
  await ctx.db
    .updateTable('alert')
    .set({ silenced_by: silenceId, updated_at: ctx.clock.now() })
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .execute();
}
