import { toIso } from '../core/clock.ts';
import type { DueTick, TickAgenda, TickDecision } from '../jobs/index.ts';
import { takeMissedTicks } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';

/** What was decided about a tick. */
export type DecidedTick = DueTick & { decision: TickDecision };

/** Says and counts which ticks are lost by a decision, those apart that another process ran, or has told of. Never rejects. */
export async function tellMissedTicks(
  ctx: FlowCtx,
  agenda: Pick<TickAgenda, 'findMissed'>,
  tick: DecidedTick,
): Promise<void> {
  const { profile, atMs, decision } = tick;
  const fields = { tag: 'job', profile: profile.name };
  const lost = await countLost(ctx, agenda, tick);
  if (lost > 0) {
    ctx.metrics.profileTicks.inc({ profile: profile.name, outcome: 'missed' }, lost);
    const more = { last: toIso(atMs), lost, reason: decision.reason };
    const words = lost === 1 ? 'a tick was' : `${lost} ticks were`;
    ctx.log.warn({ ...fields, ...more }, `[job] ${profile.name}: ${words} missed`);
  }
  if (decision.reason === 'catch_up')
    ctx.log.info(fields, `[job] ${profile.name}: catches up with the tick of ${toIso(atMs)}`);
}

async function countLost(
  ctx: FlowCtx,
  agenda: Pick<TickAgenda, 'findMissed'>,
  { profile, atMs, missed, decision }: DecidedTick,
): Promise<number> {
  const seen = missed + (decision.run ? 0 : 1);
  if (seen === 0) return 0;
  const untilMs = decision.run ? atMs - 1 : atMs;
  try {
    const behindMs = await takeMissedTicks(ctx, profile.name, untilMs);
    // Never more than passed here: a profile that is new, or was disabled, has missed nothing before.
    const left = agenda.findMissed(profile.name, behindMs, untilMs);
    return left ? Math.min(seen, left.missed + 1) : 0;
  } catch (err) {
    // Told twice is better than never.
    ctx.log.error({ tag: 'job', profile: profile.name, err }, '[job] cannot look who tells of missed ticks');
    return seen;
  }
}
