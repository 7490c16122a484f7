// @ts-check
/** @import { Answer } from './ask.js' */

/** @typedef {{ index: number, reason: string }} Refusal */
/**
 * What an answer means for the batch that was sent: it is taken but for some, may be sent again, may go in halves, without
 * some, or not at all.
 * @typedef {{ kind: 'taken' | 'without', refused: Refusal[] }
 *   | { kind: 'again', isLimited: boolean }
 *   | { kind: 'halves' }
 *   | { kind: 'refused' }} Verdict
 */

const firstWaitMs = 500;
const longestWaitMs = 30_000;
const longestOrderedMs = 3_600_000;

/** The server or what stands before it is away, busy or full: it may go on for as long as it takes. */
const passing = [408, 425, 429, 502, 503, 504];

/**
 * Answers whether the same request may be answered better later.
 * @param {number} status
 */
export function isPassing(status) {
  return passing.includes(status);
}

/**
 * Judges the answer to so many alerts.
 * @param {Answer} answer
 * @param {number} size
 * @returns {Verdict}
 */
export function judgeAlerts({ status, body }, size) {
  if (status >= 200 && status < 300) {
    if (!Array.isArray(body) || body.length !== size) return { kind: 'again', isLimited: true };
    const refused = body.flatMap((one, index) =>
      one?.accepted === true ? [] : [{ index, reason: sayErrors(one?.errors) }],
    );
    return { kind: 'taken', refused };
  }
  return judgeStatus(status, size);
}

/**
 * Judges the answer to so many metrics of a run: one that is wrong refuses all of them, and is named.
 * @param {Answer} answer
 * @param {number} size
 * @returns {Verdict}
 */
export function judgeMetrics({ status, body }, size) {
  const given =
    /** @type {{ recorded?: unknown, error?: { details?: { errors?: unknown } } } | undefined} */ (body);
  if (status >= 200 && status < 300)
    return typeof given?.recorded === 'number'
      ? { kind: 'taken', refused: [] }
      : { kind: 'again', isLimited: true };
  const errors = given?.error?.details?.errors;
  const refused = status === 400 && Array.isArray(errors) ? findRefused(errors, size) : [];
  return refused.length > 0 ? { kind: 'without', refused } : judgeStatus(status, size);
}

/**
 * Answers how long to wait before the next attempt: what the server says, at least, or a random time below a ceiling that
 * doubles up to 30 s.
 * @param {{ attempts: number, orderedMs: number | null, chance: number }} of `chance` is from 0 to 1
 */
export function decideWaitMs({ attempts, orderedMs, chance }) {
  const ceilingMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts, 10));
  // All that were told the same time would come back together.
  if (orderedMs !== null) return Math.min(orderedMs, longestOrderedMs) + chance * firstWaitMs;
  return firstWaitMs / 2 + chance * (ceilingMs - firstWaitMs / 2);
}

/**
 * Answers the delay that a `Retry-After` header names, in seconds or as a date (RFC 9110); null where it names none.
 * @param {string | null} header
 * @param {number} nowMs
 */
export function readRetryAfter(header, nowMs) {
  if (header === null) return null;
  const delayMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(delayMs) ? Math.max(0, delayMs) : null;
}

/**
 * @param {number} status
 * @param {number} size
 * @returns {Verdict}
 */
function judgeStatus(status, size) {
  if (status === 413 && size > 1) return { kind: 'halves' };
  if (isPassing(status)) return { kind: 'again', isLimited: false };
  return status >= 500 ? { kind: 'again', isLimited: true } : { kind: 'refused' };
}

/**
 * @param {readonly unknown[]} errors
 * @param {number} size
 */
function findRefused(errors, size) {
  /** @type {Map<number, string>} */
  const found = new Map();
  for (const error of errors) {
    const { field, message } = /** @type {{ field?: unknown, message?: unknown }} */ (error ?? {});
    const index = Number(/^metrics\.(\d+)(\.|$)/.exec(String(field))?.[1] ?? Number.NaN);
    if (index < size) found.set(index, `${String(field)}: ${String(message)}`);
  }
  return [...found].map(([index, reason]) => ({ index, reason }));
}

/** @param {unknown} errors */
function sayErrors(errors) {
  if (!Array.isArray(errors) || errors.length === 0) return 'it was refused';
  return errors.map((error) => `${String(error?.field)}: ${String(error?.message)}`).join('; ');
}
