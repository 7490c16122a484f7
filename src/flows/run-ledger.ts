import { AppError, describeError } from '../core/errors.ts';
import { type Ctx, translateStoreError } from '../store/index.ts';

const retryEveryMs = 2000;
/** Together they take less than the lease of a run. */
const mostTries = 12;

/** Does what writes something down, again and again while the database is away; the signal ends the waiting. Throws what the last try threw. */
export async function persist<Result>(
  { clock }: Ctx,
  write: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      const known = translateStoreError(error);
      const isAway = known instanceof AppError && known.code === 'UNAVAILABLE';
      if (!isAway || tries >= mostTries || signal?.aborted) throw error;
    }
    await clock.wait(retryEveryMs, signal);
  }
}

/** What of a run is to be written down before it ends. What cannot be harms nothing else, and is not forgotten. */
export type RunLedger = {
  /** Writes it now, or remembers it for `settle`; never rejects. `what` names it for people. */
  note(what: string, write: () => Promise<unknown>): Promise<void>;
  /** Tries what is left once more; answers, for people, what could not be written down, or null. */
  settle(): Promise<string | null>;
};

type Left = { what: string; write: () => Promise<unknown>; problem: string };

/** Answers the ledger of a run; once the signal is aborted, nothing is waited for. */
export function createRunLedger(ctx: Ctx, runId: string, signal?: AbortSignal): RunLedger {
  let left: Left[] = [];
  const note: RunLedger['note'] = async (what, write) => {
    try {
      await persist(ctx, write, signal);
    } catch (err) {
      ctx.log.error({ tag: 'job', run_id: runId, err }, `[job] ${what} could not be written down`);
      left.push({ what, write, problem: describeError(err) });
    }
  };
  return {
    note,
    async settle() {
      const again = left;
      left = [];
      for (const { what, write } of again) await note(what, write);
      if (left.length === 0) return null;
      return left.map(({ what, problem }) => `${what} could not be written down: ${problem}`).join('; ');
    },
  };
}
