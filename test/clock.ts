import type { Clock } from '../src/core/clock.ts';

type Sleeper = { dueMs: number; wake(): void };

/** A clock that stands still until `advance` moves it; what waits wakes in the order of its time. */
export type TestClock = Clock & {
  advance(delayMs: number): Promise<void>;
  /** Sets the time back, as a machine's clock may be; what waits goes on waiting as long as before. */
  goBack(byMs: number): void;
};

/** Answers a clock that stands at the given time. */
export function createTestClock(startMs = Date.parse('2026-03-01T12:00:00Z')): TestClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();

  const wait: Clock['wait'] = (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted || delayMs <= 0) return resolve();
      const sleeper: Sleeper = {
        dueMs: nowMs + delayMs,
        wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });

  const earliest = (untilMs: number) =>
    [...sleepers].filter((sleeper) => sleeper.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    now: () => nowMs,
    wait,
    goBack(byMs) {
      nowMs -= byMs;
      for (const sleeper of sleepers) sleeper.dueMs -= byMs;
    },
    async advance(delayMs) {
      const untilMs = nowMs + delayMs;
      for (let next = earliest(untilMs); next; next = earliest(untilMs)) {
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        // What was woken runs, and may go to sleep again, before time moves on.
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = untilMs;
    },
  };
}
