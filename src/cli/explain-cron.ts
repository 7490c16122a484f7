import { createSystemClock } from '../core/clock.ts';
import {
  type CronProblem,
  describeCronProblem,
  hostTimezone,
  isCronProblem,
  readCron,
} from '../core/cron/index.ts';
import { formatDuration } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';

export type ExplainOptions = { tz?: string; from?: string; count: string; json?: true };

const mostTimes = 1000;

/** Runs `tocsin explain`: prints when a cron expression comes true next. Throws VALIDATION_ERROR. */
export async function runExplain(expression: string, options: ExplainOptions): Promise<void> {
  const isTerminal = process.stderr.isTTY === true;
  const text = await explainExpression(expression, options, createSystemClock().now(), isTerminal);
  process.stdout.write(`${text}\n`);
}

/** Answers the next times and what is to be known of them, as text or JSON. Throws VALIDATION_ERROR with the place that can't be read, on a terminal marked. */
export async function explainExpression(
  expression: string,
  options: ExplainOptions,
  nowMs: number,
  isTerminal: boolean,
): Promise<string> {
  const timezone = options.tz ?? hostTimezone();
  const fromMs = options.from === undefined ? nowMs : await readFrom(options.from);
  const count = readCount(options.count);
  const cron = readCron(expression, timezone);
  if (isCronProblem(cron))
    throw new AppError('VALIDATION_ERROR', describeProblem(expression, cron, isTerminal));
  const { next, notes } = cron.explain(fromMs, count);
  if (options.json)
    return JSON.stringify(
      { expr: expression, tz: timezone, next: next.map(({ iso }) => iso), notes },
      null,
      2,
    );
  const wait = (atMs: number) => (options.from === undefined ? `  in ${formatDuration(atMs - nowMs)}` : '');
  return [...next.map(({ iso, atMs }) => `${iso}${wait(atMs)}`), ...notes].join('\n');
}

async function readFrom(text: string): Promise<number> {
  // With it comes the library of schemas, which takes longer than all the rest.
  const { isoTime } = await import('../core/text.ts');
  const read = isoTime.safeParse(text);
  if (read.success) return read.data;
  throw new AppError('VALIDATION_ERROR', `--from: "${text}" ${read.error.issues[0]?.message}`);
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostTimes) return count;
  throw new AppError(
    'VALIDATION_ERROR',
    `--count: "${text}" is not a whole number from 1 to ${mostTimes.toLocaleString('en')}`,
  );
}

/** On a terminal the place is marked. */
function describeProblem(expression: string, problem: CronProblem, isTerminal: boolean): string {
  const { position, length } = problem;
  const text = describeCronProblem(problem);
  if (position === null || !isTerminal) return text;
  // Tabs and escape sequences would shift the mark.
  const shown = expression.replaceAll(/\p{Cc}/gu, ' ');
  return `${text}\n  ${shown}\n  ${' '.repeat(position - 1)}${'^'.repeat(Math.max(1, length))}`;
}
