import { type CronExplanation, explainTimes } from './explain.ts';
import { expandMacro, readExpression } from './expression.ts';
import { findLatest, findNext } from './times.ts';
import type { CronProblem, CronRule } from './types.ts';
import { createZones, type Zones } from './zone.ts';

/** When an expression comes true in a time zone, in whole seconds, from the year 0 to the year 9999. */
export type CronTimes = {
  /** The latest time that is not after `nowMs`; null: there is none. */
  latest(nowMs: number): number | null;
  /** The first time after `afterMs`; null: there is none. */
  next(afterMs: number): number | null;
  /** The first `count` times after `fromMs`, and what is to be known of them. */
  explain(fromMs: number, count: number): CronExplanation;
};

/**
 * Reads a cron expression in an IANA time zone, as Debian's cron does (crontab(5), cron(8)), with a sixth field of
 * seconds and with `L`, `LW`, `15W`, `5L`, `5#2`. Whoever reads many hands in zones, which are expensive, to share them.
 */
export function readCron(
  expression: string,
  timezone: string,
  zones: Zones = createZones(),
): CronTimes | CronProblem {
  const rule = readExpression(expression);
  if ('problem' in rule) return rule;
  const zone = zones.find(timezone);
  if (!zone) {
    const problem = `unknown time zone "${timezone}": expected an IANA name, as Europe/Riga`;
    return { problem, position: null, length: 0 };
  }
  return {
    latest: (nowMs) => findLatest(rule, zone, nowMs),
    next: (afterMs) => findNext(rule, zone, afterMs),
    explain(fromMs, count) {
      const { next, notes } = explainTimes(rule, zone, fromMs, count);
      return { next, notes: [...noteReading(expression, rule), ...notes] };
    },
  };
}

/** Answers whether a reading came to nothing. */
export function isCronProblem(read: CronTimes | CronProblem): read is CronProblem {
  return 'problem' in read;
}

/** Answers a problem with its position, in a line. */
export function describeCronProblem({ problem, position }: CronProblem): string {
  return position === null ? problem : `position ${position}: ${problem}`;
}

/** Says what of the text itself may be read in another way. */
function noteReading(expression: string, rule: CronRule): string[] {
  const notes: string[] = [];
  const meaning = expandMacro(expression);
  if (meaning !== null) notes.push(`${expression.trim()} stands for ${meaning}.`);
  const [, , day = '*', , weekday = '*', second] = (meaning ?? expression).trim().split(/\s+/);
  if (second !== undefined) notes.push('The sixth field is the second.');
  if (rule.isEither)
    notes.push(`It runs on days that match the day-of-month ${day} or the day-of-week ${weekday}.`);
  else if (day !== '*' && weekday !== '*')
    notes.push(
      `It runs on days that match both the day-of-month ${day} and the day-of-week ${weekday}, as one of them begins with *.`,
    );
  return notes;
}
