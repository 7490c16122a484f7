import type { RunRow, RunStatus } from '../store/index.ts';

/** The payload of a run that a person started and looks on at a terminal. */
export const attendedPayload = JSON.stringify({ terminal: true });

/** What cut a profile's run short; null: nothing. */
export type CutShort =
  | { reason: 'timed_out' }
  | { reason: 'cancelled'; by: string }
  /** The process that ran it was asked to end. */
  | { reason: 'stopped' }
  | null;

/** Why a run or a task ended that the stop of its process cut short. */
export const stoppedError = 'Tocsin stopped';

export type RunEnd = Pick<RunRow, 'status' | 'exit_code' | 'error'> & { status: FinalStatus };

export type FinalStatus = 'succeeded' | 'failed' | 'timed_out' | 'cancelled';

/** Decides how a profile's run ended, from how its tasks did and what cut it short. */
export function decideRunEnd(
  tasks: readonly { task: string | null; status: RunStatus }[],
  cut: CutShort,
): RunEnd {
  if (cut?.reason === 'cancelled')
    return { status: 'cancelled', exit_code: null, error: `cancelled by ${cut.by}` };
  if (cut?.reason === 'stopped') return { status: 'cancelled', exit_code: null, error: stoppedError };
  if (cut) return { status: 'timed_out', exit_code: 1, error: 'the time of the profile was over' };
  const failed = tasks.filter(({ status }) => status !== 'succeeded').map(({ task }) => task);
  if (failed.length === 0) return { status: 'succeeded', exit_code: 0, error: null };
  return { status: 'failed', exit_code: 1, error: `failed: ${failed.join(', ')}` };
}

export type LossDecision =
  | { tell: true; reason: 'unattended' }
  /** Whoever started it saw it end. */
  | { tell: false; reason: 'attended' };

/** Decides whether people hear of a run whose process is gone: not of what a person began and looked at on a terminal. */
export function decideLoss({
  source,
  trigger_payload,
}: Pick<RunRow, 'source' | 'trigger_payload'>): LossDecision {
  const isAttended = source === 'manual' && trigger_payload === attendedPayload;
  return isAttended ? { tell: false, reason: 'attended' } : { tell: true, reason: 'unattended' };
}

export type CancelDecision =
  | { kind: 'end'; reason: 'not_begun' }
  | { kind: 'ask'; reason: 'running' }
  | { kind: 'nothing'; reason: 'already_asked' }
  | { kind: 'refuse'; reason: 'over' | 'task' };

/** Decides what cancelling a run comes to: what runs is asked to end, what has not begun ends at once. */
export function decideCancel(
  run: Pick<RunRow, 'status' | 'parent_run_id' | 'cancel_requested_at'>,
): CancelDecision {
  if (run.parent_run_id !== null) return { kind: 'refuse', reason: 'task' };
  switch (run.status) {
    case 'queued':
      return { kind: 'end', reason: 'not_begun' };
    case 'running':
      return run.cancel_requested_at === null
        ? { kind: 'ask', reason: 'running' }
        : { kind: 'nothing', reason: 'already_asked' };
    default:
      return { kind: 'refuse', reason: 'over' };
  }
}
