import type { Ctx, RunKind, RunRow, RunSource } from '../store/index.ts';
import { insertRun } from './queries.ts';

/** A profile's run that somebody or something wants. */
export type RunRequest = {
  profile: string;
  source: RunSource;
  /** The tick that it stands for, epoch milliseconds; null: it is asked for. */
  scheduledFor: number | null;
  /** The only task to run; null: all that are enabled. */
  onlyTask: string | null;
  /** What it was started with or by, as JSON; its tasks find it in `payload.json`. */
  payload?: string;
  /** What set it off; absent: a tick, or somebody who asked. */
  trigger?: RunTrigger;
};

/** What sets a run off. */
export type RunTrigger = {
  /** The same sets off one run of a profile only; null: nobody knows it again. */
  key: string | null;
  repo?: string | null;
  prNumber?: number | null;
};

/** Writes down that a profile is to run; answers null where the same tick or trigger is taken already, by whichever process. */
export async function openRun(ctx: Ctx, request: RunRequest): Promise<RunRow | null> {
  const { profile, source, scheduledFor, onlyTask, payload = null, trigger } = request;
  const row: RunRow = {
    ...createRun(ctx, 'profile', source),
    profile,
    task: onlyTask,
    scheduled_for: scheduledFor,
    trigger_key: trigger?.key ?? null,
    trigger_payload: payload,
    repo: trigger?.repo ?? null,
    pr_number: trigger?.prNumber ?? null,
  };
  return (await insertRun(ctx, row)) ? row : null;
}

/** Answers a queued run that is about nothing yet. */
export function createRun(ctx: Ctx, kind: RunKind, source: RunSource): RunRow {
  return {
    run_id: `run_${ctx.ids.ulid()}`,
    parent_run_id: null,
    kind,
    profile: null,
    task: null,
    source,
    status: 'queued',
    trigger_payload: null,
    trigger_key: null,
    request_id: ctx.requestId,
    repo: null,
    pr_number: null,
    service: null,
    scheduled_for: null,
    created_at: ctx.clock.now(),
    started_at: null,
    finished_at: null,
    duration_ms: null,
    exit_code: null,
    signal: null,
    attempts: 0,
    error: null,
    tail: null,
    artifacts_dir: null,
    host: null,
    revision: null,
    sync_failures: null,
    holder: null,
    lease_token: null,
    locked_until: null,
    cancel_requested_at: null,
    cancel_requested_by: null,
  };
}
