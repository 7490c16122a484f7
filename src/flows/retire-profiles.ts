import { listUnboundedJobs } from '../alerts/index.ts';
import type { ProfileConfig } from '../config/types.ts';
import { forgetTold, listTold, selectLocks } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';
import { isTaskFailure } from './run-alert.ts';
import { endFailure } from './run-retire.ts';

const lookEveryMs = 10_000;

/**
 * Answers the loop that ends the alerts of profiles that jobs.yaml has no more, or runs no more, and forgets what was told of
 * them: no run of theirs would ever do it. It looks at the start and whenever other profiles are in force. Where there is no
 * jobs.yaml at all, nothing is known of what others run.
 */
export function createProfileRetirement(ctx: FlowCtx): Loop & { tick(): Promise<boolean> } {
  let settled: readonly ProfileConfig[] | null = null;
  const tick = async () => {
    const { path, profiles } = ctx.config.jobs;
    if (path === null || profiles === settled) return false;
    const { ended, busy } = await retireProfiles(ctx, profiles);
    // What still runs may raise its alerts again: looked at once more when it is over.
    if (busy === 0) settled = profiles;
    return ended > 0;
  };
  const round = () =>
    tick().catch((err: unknown) =>
      ctx.log.error({ tag: 'job', err }, '[job] could not end the alerts of former profiles; trying again'),
    );
  return { ...createLoop({ clock: ctx.clock, round, restMs: lookEveryMs }), tick };
}

async function retireProfiles(
  ctx: FlowCtx,
  profiles: readonly ProfileConfig[],
): Promise<{ ended: number; busy: number }> {
  const [alerts, told, locks] = await Promise.all([listUnboundedJobs(ctx), listTold(ctx), selectLocks(ctx)]);
  const failures = alerts
    .filter(isTaskFailure)
    .map((alert) => ({ alert, profile: alert.source.slice('job:'.length) }));
  const running = new Set(
    locks.filter((lock) => lock.locked_until > ctx.clock.now()).map(({ profile }) => profile),
  );
  const isServed = new Set(profiles.filter(({ enabled }) => enabled).map(({ name }) => name));
  const named = new Set([...failures.map(({ profile }) => profile), ...told]);
  const former = [...named].filter((name) => !isServed.has(name));
  const gone = new Set(former.filter((name) => !running.has(name)));
  const isKnown = new Set(profiles.map(({ name }) => name));
  const ends = failures
    .filter(({ profile }) => gone.has(profile))
    .map(({ alert, profile }) =>
      endFailure(
        alert,
        `The profile ${profile} is ${isKnown.has(profile) ? 'disabled' : 'not in jobs.yaml any more'}.`,
      ),
    );
  if (ends.length > 0) await ctx.intake.submit(ends, ctx.requestId);
  if (gone.size > 0) await forgetTold(ctx, [...gone]);
  return { ended: ends.length, busy: former.length - gone.size };
}
