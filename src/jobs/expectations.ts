import type { ProfileConfig } from '../config/types.ts';
import { type CronTimes, createZones, isCronProblem, readCron } from '../core/cron/index.ts';

/** A profile that is to run, and since when that is expected of it. */
export type Expected = {
  profile: ProfileConfig;
  /** Null: since before this process began. */
  sinceMs: number | null;
  /** The first tick after a time, epoch milliseconds; null: there is none. */
  dueAfter(atMs: number): number | null;
};

/** What is expected of the profiles in force. */
export type Expectations = {
  /** Answers the profiles that are to run. Those that came in or changed their times later are expected to from then on. */
  list(profiles: readonly ProfileConfig[], nowMs: number): readonly Expected[];
};

/** Answers expectations that know no profile yet: the first that are listed count as always known. */
export function createExpectations(): Expectations {
  const zones = createZones();
  let known: readonly ProfileConfig[] | null = null;
  let expected = new Map<string, Expected>();

  const expectProfile = (profile: ProfileConfig, sinceMs: number | null): Expected[] => {
    const times = readCron(profile.cron, profile.timezone, zones);
    return isCronProblem(times) ? [] : [{ profile, sinceMs, dueAfter: rememberNext(times) }];
  };
  return {
    list(profiles, nowMs) {
      if (profiles !== known) {
        const [former, sinceMs] = [expected, known === null ? null : nowMs];
        const now = profiles
          .filter(({ enabled }) => enabled)
          .flatMap((profile) => {
            const kept = former.get(profile.name);
            const isSame = kept?.profile.cron === profile.cron && kept.profile.timezone === profile.timezone;
            return kept && isSame ? [{ ...kept, profile }] : expectProfile(profile, sinceMs);
          });
        expected = new Map(now.map((one) => [one.profile.name, one]));
        known = profiles;
      }
      return [...expected.values()];
    },
  };
}

/** The same is asked again and again, until the profile has run. */
function rememberNext(times: CronTimes): (atMs: number) => number | null {
  let last = { atMs: Number.NaN, next: null as number | null };
  return (atMs) => {
    if (last.atMs !== atMs) last = { atMs, next: times.next(atMs) };
    return last.next;
  };
}
