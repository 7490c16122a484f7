import { hasPassed } from '../core/clock.ts';

/** So long after a message the same failures are told of again. */
export const remindAfterMs = 6 * 3_600_000;

/** What was last told of a profile; null: nothing ever. */
export type Told = { failing: readonly string[]; toldAt: number } | null;

export type DigestDecision =
  | { tell: 'failures'; reason: 'first' | 'changed' | 'reminder' | 'every' }
  /** Everything that was told of is well again. */
  | { tell: 'recovery'; reason: 'recovered' }
  | { tell: 'nothing'; reason: 'well' | 'unchanged' };

/** Decides whether people hear of a run, from what fails now and what they heard last. */
export function decideProfileDigest(
  told: Told,
  failing: readonly string[],
  mode: 'on_change' | 'every',
  nowMs: number,
): DigestDecision {
  const before = told?.failing ?? [];
  if (failing.length === 0)
    return before.length > 0
      ? { tell: 'recovery', reason: 'recovered' }
      : { tell: 'nothing', reason: 'well' };
  if (!told || before.length === 0) return { tell: 'failures', reason: 'first' };
  if (new Set(failing).symmetricDifference(new Set(before)).size > 0)
    return { tell: 'failures', reason: 'changed' };
  if (mode === 'every') return { tell: 'failures', reason: 'every' };
  return hasPassed(remindAfterMs, told.toldAt, nowMs)
    ? { tell: 'failures', reason: 'reminder' }
    : { tell: 'nothing', reason: 'unchanged' };
}
