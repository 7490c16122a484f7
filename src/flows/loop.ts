import type { Clock } from '../core/clock.ts';

/** What runs until it is stopped; the stop waits for the round under way. */
export type Loop = { start(): void; stop(): Promise<void> };

/** Answers a loop of rounds with rests between; a round must not reject, as that would end the loop. */
export function createLoop(parts: {
  clock: Clock;
  /** Is handed what says that the stop waits, for a round of many parts. */
  round(stopping: AbortSignal): Promise<unknown>;
  restMs: number;
  /** Before the first round; none where absent. */
  firstRestMs?: number;
}): Loop {
  const { clock, round, restMs, firstRestMs = 0 } = parts;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const run = async () => {
    if (firstRestMs > 0) await clock.wait(firstRestMs, stopping.signal);
    while (!stopping.signal.aborted) {
      await round(stopping.signal);
      await clock.wait(restMs, stopping.signal);
    }
  };
  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
