import { AppError } from '../core/errors.ts';
import type { Ctx, RunRow } from '../store/index.ts';
import { lockRun, selectRun } from './queries.ts';

/** Answers the run. Throws NOT_FOUND. */
export async function requireRun(ctx: Ctx, runId: string): Promise<RunRow> {
  return found(runId, await selectRun(ctx, runId));
}

/** Answers the run, which nobody else changes before the commit. Throws NOT_FOUND. */
export async function requireLockedRun(ctx: Ctx, runId: string): Promise<RunRow> {
  return found(runId, await lockRun(ctx, runId));
}

function found(runId: string, row: RunRow | null): RunRow {
  if (row) return row;
  throw new AppError('NOT_FOUND', `there is no run ${runId}: \`tocsin runs list\` shows those there are`);
}
