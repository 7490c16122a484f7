import type { AlertRow } from '../store/index.ts';

/**
 * In `retry_at`: no claim by time gets it, as it is left to workers of the house. The last time that a date can have
 * (ECMA-262, time values).
 */
export const leftToWorkers = 8_640_000_000_000_000;

/** Answers whether the supervisor is done with an alert and has left it to somebody else to end the work. */
export function isLeft({ status, retry_at }: Pick<AlertRow, 'status' | 'retry_at'>): boolean {
  return status === 'new' && retry_at === leftToWorkers;
}
