import { z } from 'zod';
import type { ProfileConfig } from '../config/types.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { createZones, isCronProblem, readCron, type Zones } from '../core/cron/index.ts';
import { selectProfileRecords } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
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
    .describe('The last run that came to an end; null: none is known.'),
  last_success_at: time,
});

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
    const records = await selectProfileRecords(
      ctx,
      profiles.map(({ name }) => name),
    );
    const nowMs = ctx.clock.now();
    const zones = createZones();
    const data = profiles.map((profile, index) => ({
      ...describeProfile(profile, nowMs, zones),
      ...describePast(records[index]),
    }));
    return { data };
  },
});

function describeProfile(profile: ProfileConfig, nowMs: number, zones: Zones) {
  const { name, description, enabled, cron, timezone, tasks } = profile;
  const times = readCron(cron, timezone, zones);
  const next = enabled && !isCronProblem(times) ? times.next(nowMs) : null;
  return { name, description, enabled, cron, timezone, tasks: tasks.length, next_run_at: toIso(next) };
}

function describePast(record: { last: RunRow | null; lastSuccess: RunRow | null } | undefined) {
  const last = record?.last ?? null;
  return {
    last_run: last && {
      run_id: last.run_id,
      status: last.status,
      finished_at: toIso(last.finished_at),
      error: last.error,
    },
    last_success_at: toIso(record?.lastSuccess?.finished_at ?? null),
  };
}
