import { z } from 'zod';
import type { ProfileConfig } from '../config/types.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { createZones, isCronProblem, readCron } from '../core/cron/index.ts';
import { type ProfileRecord, selectLocks, selectProfileRecords } from '../runs/index.ts';
import type { ProfileLockRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const time = z.string().nullable();

/** A profile as the API shows it. */
const profileView = z.object({
  name: z.string(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  cron: z.string(),
  timezone: z.string(),
  tasks: z.int().describe('How many there are.'),
  next_run_at: time.describe('Null: disabled.'),
  last_run: z
    .object({ run_id: z.string(), status: z.string(), finished_at: time, error: z.string().nullable() })
    .nullable()
    .describe(
      'The last run that succeeded or failed; one that was cancelled says nothing. Null: none is known.',
    ),
  last_success_at: time,
  failing_since: time.describe('When the first failure after that ended; null: it has not failed since.'),
  running: z
    .object({ run_id: z.string(), holder: z.string(), since: z.string() })
    .nullable()
    .describe('Who runs it now; null: nobody.'),
});

export type ProfileView = z.output<typeof profileView>;

/** Answers all profiles in the order of jobs.yaml, each with its next run and what became of the last one. */
export const listProfiles = defineAction({
  name: 'profiles.list',
  summary: 'List the profiles of jobs.yaml with their next run and the last result',
  input: z.strictObject({}),
  output: z.object({ data: z.array(profileView) }),
  entitlement: 'tools.jobs.read',
  http: { method: 'GET', path: '/v1/profiles' },
  cli: { command: 'list', jobs: true },
  async run(ctx: FlowCtx) {
    const { profiles } = ctx.config.jobs;
    const names = profiles.map(({ name }) => name);
    const [records, locks] = await Promise.all([selectProfileRecords(ctx, names), selectLocks(ctx)]);
    const nowMs = ctx.clock.now();
    const held = new Map(
      locks.filter((lock) => lock.locked_until > nowMs).map((lock) => [lock.profile, lock]),
    );
    const findNext = createFindNext(nowMs);
    const data = profiles.map((profile, index) => ({
      ...describeProfile(profile, findNext),
      ...describePast(records[index]),
      running: describeLock(held.get(profile.name)),
    }));
    return { data };
  },
});

type FindNext = (schedule: Pick<ProfileConfig, 'cron' | 'timezone'>) => number | null;

/** Answers what finds the next time of a schedule: once for all profiles that share it, as it takes longer than the rest. */
function createFindNext(nowMs: number): FindNext {
  const zones = createZones();
  const found = new Map<string, number | null>();
  return ({ cron, timezone }) => {
    const key = `${timezone} ${cron}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const times = readCron(cron, timezone, zones);
    const next = isCronProblem(times) ? null : times.next(nowMs);
    found.set(key, next);
    return next;
  };
}

function describeProfile(profile: ProfileConfig, findNext: FindNext) {
  const { name, description, enabled, cron, timezone, tasks } = profile;
  const next = enabled ? findNext(profile) : null;
  return { name, description, enabled, cron, timezone, tasks: tasks.length, next_run_at: toIso(next) };
}

function describePast(record: ProfileRecord | undefined) {
  const last = record?.last ?? null;
  return {
    last_run: last && {
      run_id: last.run_id,
      status: last.status,
      finished_at: toIso(last.finished_at),
      error: last.error,
    },
    last_success_at: toIso(record?.lastSuccessAt ?? null),
    failing_since: toIso(record?.failingSince ?? null),
  };
}

function describeLock(lock: ProfileLockRow | undefined) {
  return lock ? { run_id: lock.run_id, holder: lock.holder, since: toIso(lock.since) } : null;
}
