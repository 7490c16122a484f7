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
};

/** Writes down that a profile is to run; answers null where the same tick is taken already, by whichever process. */
export async function openRun(ctx: Ctx, request: RunRequest): Promise<RunRow | null> {
  const { profile, source, scheduledFor, onlyTask, payload = null } = request;
  const row: RunRow = {
    ...createRun(ctx, 'profile', source),
    profile,
    task: onlyTask,
    scheduled_for: scheduledFor,
    trigger_payload: payload,
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
