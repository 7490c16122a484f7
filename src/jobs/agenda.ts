import type { ProfileConfig } from '../config/types.ts';
import { createAgenda } from '../core/agenda.ts';
import { type CronTimes, createZones, isCronProblem, readCron } from '../core/cron/index.ts';

/** The latest tick of a profile that has come. */
export type DueTick = {
  profile: ProfileConfig;
  /** When it was to be, epoch milliseconds. */
  atMs: number;
  /** How many came before it since the last look, 100 at most. */
  missed: number;
};

/** Which profile is due when. */
export type TickAgenda = {
  /** Takes the profiles anew: those whose times are the same keep their next tick, disabled ones have none. */
  replace(profiles: readonly ProfileConfig[], nowMs: number): void;
  /** Answers the profiles that are due, the earliest first, and plans their next ticks. */
  takeDue(nowMs: number): DueTick[];
  /** Plans all next ticks from now on, as after a clock that went back. */
  replan(nowMs: number): void;
  /** The latest tick of a profile up to now, with those before it back to `sinceMs`; null: it has none since. */
  findMissed(name: string, sinceMs: number, nowMs: number): DueTick | null;
  /** When the next one is due, epoch milliseconds; null: never. */
  nextMs(): number | null;
};

type Planned = { profile: ProfileConfig; times: CronTimes; dueMs: number };

/** More are not counted: after a year, a thousand profiles would be counted for minutes. */
const mostCounted = 100;

/** Answers an agenda without profiles. It takes only what was validated: a profile whose times can't be read is left out. */
export function createTickAgenda(): TickAgenda {
  const zones = createZones();
  const agenda = createAgenda<Planned>();
  let planned = new Map<string, Planned>();

  const plan = (item: Planned, afterMs: number) => {
    const nextMs = item.times.next(afterMs);
    if (nextMs === null) return;
    item.dueMs = nextMs;
    agenda.add(nextMs, item);
  };
  const read = (profile: ProfileConfig): Planned | null => {
    const times = readCron(profile.cron, profile.timezone, zones);
    return isCronProblem(times) ? null : { profile, times, dueMs: Number.NaN };
  };

  return {
    replace(profiles, nowMs) {
      const former = planned;
      planned = new Map();
      for (const profile of profiles) {
        if (!profile.enabled) continue;
        const kept = former.get(profile.name);
        if (kept && hasSameTimes(kept.profile, profile)) {
          kept.profile = profile;
          planned.set(profile.name, kept);
          continue;
        }
        const made = read(profile);
        if (!made) continue;
        planned.set(profile.name, made);
        plan(made, nowMs);
      }
    },
    takeDue(nowMs) {
      // What was replaced is still in the agenda until its time has come.
      const due = agenda.takeDue(nowMs).filter((item) => planned.get(item.profile.name) === item);
      return due.map((item) => {
        const last = findLast(item.times, item.dueMs, nowMs);
        plan(item, nowMs);
        return { profile: item.profile, ...last };
      });
    },
    replan(nowMs) {
      agenda.clear();
      for (const item of planned.values()) plan(item, nowMs);
    },
    findMissed(name, sinceMs, nowMs) {
      const item = planned.get(name);
      const firstMs = item?.times.next(sinceMs) ?? null;
      if (!item || firstMs === null || firstMs > nowMs) return null;
      return { profile: item.profile, ...findLast(item.times, firstMs, nowMs) };
    },
    nextMs: agenda.nextMs,
  };
}

/** Answers when the profile is due after a time, epoch milliseconds; null: never, or its times can't be read. */
export function nextTickAfter(profile: ProfileConfig, atMs: number): number | null {
  const times = readCron(profile.cron, profile.timezone, createZones());
  return isCronProblem(times) ? null : times.next(atMs);
}

function hasSameTimes(one: ProfileConfig, other: ProfileConfig): boolean {
  return one.cron === other.cron && one.timezone === other.timezone;
}

/** Answers the last time up to now, and how many there were before it from the first on. */
function findLast(times: CronTimes, firstMs: number, nowMs: number): { atMs: number; missed: number } {
  let atMs = firstMs;
  for (let missed = 0; missed < mostCounted; missed++) {
    const nextMs = times.next(atMs);
    if (nextMs === null || nextMs > nowMs) return { atMs, missed };
    atMs = nextMs;
  }
  return { atMs: times.latest(nowMs) ?? atMs, missed: mostCounted };
}
