import { type Ctx, insertMany } from '../store/index.ts';

/** Up to which tick of a profile those that nothing ran were told of, as a name among counters. */
const markOf = (profile: string) => `missed_ticks:${profile}`;

/** Answers up to when missed ticks of a profile were told of, 0 where none ever was; held until the commit. Index: counter_key. */
export async function lockMissedMark(ctx: Ctx, profile: string): Promise<number> {
  const name = markOf(profile);
  await insertMany(ctx, 'counter', [{ name, value: 0 }], { onConflict: 'on conflict (name) do nothing' });
  const row = await ctx.db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', name)
    .modifyEnd(ctx.dialect.forUpdate)
    .executeTakeFirst();
  return row?.value ?? 0;
}

/** Says up to when missed ticks of a profile are told of, which is held. Index: counter_key. */
export async function moveMissedMark(ctx: Ctx, profile: string, untilMs: number): Promise<void> {
  await ctx.db.updateTable('counter').set({ value: untilMs }).where('name', '=', markOf(profile)).execute();
}

/** Answers the last tick of a profile up to a time that somebody took, whatever became of it, or null. Index: run_tick. */
export async function findTickUpTo(ctx: Ctx, profile: string, untilMs: number): Promise<number | null> {
  const row = await ctx.db
    .selectFrom('run')
    .select('scheduled_for')
    .where('profile', '=', profile)
    .where('parent_run_id', 'is', null)
    .where('scheduled_for', 'is not', null)
    .where('scheduled_for', '<=', untilMs)
    .orderBy('scheduled_for', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.scheduled_for ?? null;
}
