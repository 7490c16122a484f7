import { hasDay } from './day.ts';
import { fieldRules, readField } from './field.ts';
import type { Complain, CronField, CronProblem, CronRule } from './types.ts';

/** The words of crontab(5) and what they stand for; `@reboot` is no time. */
const macros: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** Answers the expression that a word such as `@daily` stands for; null where the text is no such word. */
export function expandMacro(expression: string): string | null {
  return macros[expression.trim().toLowerCase()] ?? null;
}

/** Reads an expression as Debian's cron does, with what others have besides; of several problems it answers the first. */
export function readExpression(expression: string): CronRule | CronProblem {
  const problems: CronProblem[] = [];
  const complain: Complain = (problem, index, length) =>
    problems.push({ problem, position: index + 1, length });
  const fields = findFields(expandMacro(expression) ?? expression);
  checkFields(expression, fields, complain);
  if (problems[0]) return problems[0];
  const read = fieldRules.map((rule, place): CronField => {
    const field = fields[place];
    // Without a sixth field it runs at the full minute.
    if (!field) return { values: [0], special: [] };
    return readField(field.text, field.index, rule, complain);
  });
  const rule = toRule(read, fields);
  if (problems.length === 0 && !hasDay(rule)) describeNever(fields, complain);
  return problems[0] ?? rule;
}

type Field = { text: string; index: number };

function findFields(expression: string): Field[] {
  return [...expression.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, index }));
}

function checkFields(expression: string, fields: readonly Field[], complain: Complain): void {
  const [first, , , , , , surplus] = fields;
  if (first?.text.startsWith('@')) {
    const known = Object.keys(macros).join(', ');
    complain(`unknown word "${first.text}": expected one of ${known}`, first.index, first.text.length);
  } else if (surplus) complain(describeCount(fields), surplus.index, surplus.text.length);
  else if (fields.length < 5) complain(describeCount(fields), expression.trimEnd().length, 0);
}

function describeCount({ length }: readonly Field[]): string {
  const found = length === 0 ? 'no field' : `${length} ${length === 1 ? 'field' : 'fields'}`;
  return `found ${found}: expected five (minute hour day-of-month month day-of-week), or six with the second as the last`;
}

function toRule(read: readonly CronField[], fields: readonly Field[]): CronRule {
  const [minute, hour, dayOfMonth, month, dayOfWeek, second] = read as [
    CronField,
    CronField,
    CronField,
    CronField,
    CronField,
    CronField,
  ];
  const beginsWithStar = (place: number) => fields[place]?.text.startsWith('*') === true;
  return {
    minutes: minute.values,
    hours: hour.values,
    daysOfMonth: dayOfMonth,
    months: month.values,
    daysOfWeek: dayOfWeek,
    seconds: second.values,
    followsClock: beginsWithStar(0) || beginsWithStar(1),
    // As the source of Debian's cron has it: the manual only speaks of a bare `*`.
    isEither: !beginsWithStar(2) && !beginsWithStar(4),
  };
}

function describeNever(fields: readonly Field[], complain: Complain): void {
  const [, , day, month, weekday] = fields as [Field, Field, Field, Field, Field];
  const within = `month ${month.text}${weekday.text === '*' ? '' : ` and day-of-week ${weekday.text}`}`;
  const problem = `bad day-of-month "${day.text}": with ${within} there is no such day in 400 years`;
  complain(problem, day.index, day.text.length);
}
