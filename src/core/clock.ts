/** Where every part of Tocsin gets the time; tests hand in one that only `advance` moves. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `delayMs`, after 24 days at the latest, or as soon as the signal aborts; never rejects. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
};

/** What a timer of Node holds; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Answers the machine's clock, shifted by `offsetMs()` (the measured distance to the database's clock). */
export function createSystemClock(offsetMs: () => number = () => 0): Clock {
  return {
    now: () => Date.now() + offsetMs(),
    wait: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(delayMs, longestTimerMs));
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}

/** Answers whether `spanMs` have passed since `sinceMs`; yes too where the clock has gone back behind it, or a loop would stand still. */
export function hasPassed(spanMs: number, sinceMs: number, nowMs: number): boolean {
  return nowMs < sinceMs || nowMs - sinceMs >= spanMs;
}

/** Answers a time as UTC ISO-8601 with `Z`; null stays null. */
export function toIso(epochMs: number): string;
export function toIso(epochMs: number | null): string | null;
export function toIso(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
