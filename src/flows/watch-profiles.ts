import {
  createExpectations,
  decideTroubles,
  type Expected,
  type ProfileSight,
  type ProfileTrouble,
  profileTroubles,
} from '../jobs/index.ts';
import { type ProfileTimes, selectLocks, selectProfileTimes } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';
import { type Heartbeat, tellHeartbeats } from './heartbeats.ts';
import { createLoop, type Loop } from './loop.ts';

const lookEveryMs = 10_000;
const watcher = 'tocsin@jobs';

const titles: Readonly<Record<ProfileTrouble, string>> = {
  tick: 'did not run when it was due',
  stale: 'has not succeeded for too long',
  lock: 'holds its lock for too long',
};

export type ProfileWatch = Loop & { tick(): Promise<boolean> };

/**
 * Answers the loop that raises a `heartbeat` alert for a profile that did not run when it was due, has not succeeded for too
 * long, or does not end, and ends it with its reason. It sees what the database knows, so it watches other processes too.
 */
export function createProfileWatch(ctx: FlowCtx): ProfileWatch {
  const startedAtMs = ctx.clock.now();
  const expectations = createExpectations();

  const tick = async () => {
    const expected = expectations.list(ctx.config.jobs.profiles, ctx.clock.now());
    return tellHeartbeats(ctx, watcher, await look(ctx, expected, startedAtMs));
  };

  // Looked at again in a few seconds, whatever it was.
  const round = () =>
    tick().catch((err: unknown) =>
      ctx.log.error({ tag: 'job', err }, '[job] could not look after the profiles'),
    );
  const loop = createLoop({ clock: ctx.clock, round, firstRestMs: lookEveryMs, restMs: lookEveryMs });
  return { ...loop, tick };
}

/** Answers each trouble that each profile may have, and whether it has it. */
async function look(ctx: FlowCtx, expected: readonly Expected[], startedAtMs: number): Promise<Heartbeat[]> {
  const names = expected.map(({ profile }) => profile.name);
  const [times, locks] = await Promise.all([selectProfileTimes(ctx, names), selectLocks(ctx)]);
  const timesOf = new Map(times.map((row) => [row.profile, row]));
  const nowMs = ctx.clock.now();
  const lockOf = new Map(
    locks.filter((lock) => lock.locked_until > nowMs).map((lock) => [lock.profile, lock]),
  );
  return expected.flatMap((one) => {
    const { name } = one.profile;
    const lock = lockOf.get(name);
    const sight = {
      ...seeTimes(one, timesOf.get(name), startedAtMs),
      lock: lock ? { holder: lock.holder, runId: lock.run_id, since: lock.since } : null,
    };
    const troubles = decideTroubles(one.profile, sight, nowMs);
    return profileTroubles.map((trouble) => ({
      service: name,
      title: `${name} ${titles[trouble]}`,
      message: troubles[trouble] ?? null,
      fingerprint: `profile:${name}:${trouble}`,
      labels: { profile: name },
      isMissing: troubles[trouble] !== undefined,
    }));
  });
}

function seeTimes(
  { sinceMs, dueAfter }: Expected,
  times: ProfileTimes | undefined,
  startedAtMs: number,
): Pick<ProfileSight, 'dueAt' | 'goodAt'> {
  const { tickAt = null, begunAt = null, successAt = null } = times ?? {};
  // A run by hand makes good for a tick too.
  const seenAt = tickAt === null && begunAt === null ? startedAtMs : Math.max(tickAt ?? 0, begunAt ?? 0);
  return {
    dueAt: dueAfter(Math.max(seenAt, sinceMs ?? 0)),
    goodAt: successAt ?? sinceMs ?? startedAtMs,
  };
}
