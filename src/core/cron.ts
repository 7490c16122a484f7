import { Cron } from 'croner';

/** A minute-grained cron expression of five fields, read in an IANA time zone. */
export type CronTimes = {
  /** The latest time that is not after `nowMs`; null: there is none. */
  latest(nowMs: number): number | null;
  /** The first time after `nowMs`; null: there is none. */
  next(nowMs: number): number | null;
};

/**
 * Answers the times of an expression; null where it is none, the zone is unknown, or no day ever matches. A time that a
 * change of the clock skips comes right after the gap; one that happens twice comes once.
 */
export function readCron(expression: string, timezone: string): CronTimes | null {
  // croner would take a date, or a word such as @daily, for an expression too.
  if (expression.trim().split(/\s+/).length !== 5) return null;
  try {
    const cron = new Cron(expression, { timezone, mode: '5-part', paused: true });
    if (cron.nextRun(new Date(0)) === null) return null;
    return {
      // What croner answers lies before the time that it is asked with.
      latest: (nowMs) => cron.previousRuns(1, new Date(nowMs + 1))[0]?.getTime() ?? null,
      next: (nowMs) => cron.nextRun(new Date(nowMs))?.getTime() ?? null,
    };
  } catch {
    // It throws errors of several classes, all for one reason: the text is no such expression or zone.
    return null;
  }
}

/** Answers whether the text names an IANA time zone. */
export function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false; // that is how Intl says no
  }
}
