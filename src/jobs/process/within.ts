import type { Clock } from '../../core/clock.ts';

/** Answers whether the promise settles in that time; it is waited for no longer. */
export async function within(promise: Promise<unknown>, delayMs: number, clock: Clock): Promise<boolean> {
  const settled = new AbortController();
  const first = await Promise.race([
    promise.then(() => true),
    clock.wait(delayMs, settled.signal).then(() => false),
  ]);
  settled.abort();
  return first;
}
