import { createHash } from 'node:crypto';

const maxFirstDelayMs = 5000;

/** Answers how long after the start a check runs first: less than 5 s, always the same for one id. */
export function firstRunDelay(checkId: string, intervalMs: number): number {
  return jitter(checkId, Math.min(maxFirstDelayMs, intervalMs));
}

/** Answers how long it is to the check's next slot, more than 0 and at most the interval. The slots lie on a grid fixed in time, moved by a jitter of the check's own, so that none drifts and they don't fire together. */
export function checkGridDelay(checkId: string, intervalMs: number, nowMs: number): number {
  const sinceSlotMs = (nowMs - jitter(checkId, intervalMs)) % intervalMs;
  return intervalMs - (sinceSlotMs < 0 ? sinceSlotMs + intervalMs : sinceSlotMs);
}

function jitter(checkId: string, rangeMs: number): number {
  return createHash('sha256').update(checkId).digest().readUInt32BE(0) % rangeMs;
}
