import type { Complain, CronField, SpecialDay } from './types.ts';

export type FieldRule = {
  name: 'minute' | 'hour' | 'day-of-month' | 'month' | 'day-of-week' | 'second';
  min: number;
  max: number;
  /** Words for the values from `min` on. */
  words: readonly string[];
};

const monthWords = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayWords = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields in their order; the last may be left out. */
export const fieldRules: readonly FieldRule[] = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day-of-month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: monthWords },
  // 0 and 7 are Sunday; a range or step that ends at 7 takes it in.
  { name: 'day-of-week', min: 0, max: 7, words: dayWords },
  { name: 'second', min: 0, max: 59, words: [] },
];

/** Reads one field, which begins at `index` of the expression. What can't be read is said, and left out. */
export function readField(text: string, index: number, rule: FieldRule, complain: Complain): CronField {
  const values = new Set<number>();
  const special: SpecialDay[] = [];
  let termIndex = index;
  for (const term of text.split(',')) {
    const day = readSpecialDay(term, termIndex, rule, complain);
    if (day) special.push(day);
    else
      for (const value of readTerm(term, termIndex, rule, complain))
        values.add(rule.name === 'day-of-week' ? value % 7 : value);
    termIndex += term.length + 1;
  }
  return { values: [...values].sort((one, other) => one - other), special };
}

const shape = /^(?<start>\*|\w+)(?:-(?<end>\w+))?(?:\/(?<step>\w+))?$/;

/** Reads `*`, a value or a range, with or without a step: `start/step` goes on to the highest value. */
function readTerm(term: string, index: number, rule: FieldRule, complain: Complain): number[] {
  const { start, end, step } = shape.exec(term)?.groups ?? {};
  if (start === undefined || (start === '*' && end !== undefined)) {
    complain(`bad ${rule.name} "${term}": expected ${describeRule(rule)}`, index, term.length);
    return [];
  }
  const first = start === '*' ? rule.min : readValue(start, index, rule, complain);
  const stepSize = step === undefined ? 1 : readStep(step, index + term.indexOf('/') + 1, rule, complain);
  const last = (() => {
    if (end !== undefined) return readValue(end, index + term.indexOf('-') + 1, rule, complain);
    return start === '*' || step !== undefined ? rule.max : first;
  })();
  if (first === null || last === null || stepSize === null) return [];
  if (last < first) {
    const hint = end?.toUpperCase() === 'SUN' ? ' (as the end of a range, Sunday is 7)' : '';
    complain(
      `bad ${rule.name} "${term}": a range goes from the lower to the higher value${hint}`,
      index,
      term.length,
    );
    return [];
  }
  return Array.from({ length: Math.floor((last - first) / stepSize) + 1 }, (_, i) => first + i * stepSize);
}

function readValue(text: string, index: number, rule: FieldRule, complain: Complain): number | null {
  const word = rule.words.indexOf(text.toUpperCase());
  if (word >= 0) return rule.min + word;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= rule.min && value <= rule.max) return value;
  complain(`bad ${rule.name} "${text}": expected ${describeRule(rule)}`, index, text.length);
  return null;
}

function readStep(text: string, index: number, rule: FieldRule, complain: Complain): number | null {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  // A step beyond the field leaves its first value, however long the number is.
  if (step > 0) return Math.min(step, rule.max + 1);
  complain(`bad step "${text}" of the ${rule.name}: expected a whole number above 0`, index, text.length);
  return null;
}

/** Reads `L`, `LW` and `15W` of a month, `5L` and `5#2` of a week; null where the term is none of them. */
function readSpecialDay(term: string, index: number, rule: FieldRule, complain: Complain): SpecialDay | null {
  const text = term.toUpperCase();
  if (rule.name === 'day-of-month') {
    if (text === 'L') return { kind: 'last' };
    if (text === 'LW') return { kind: 'last_weekday' };
    const nearest = /^(\d+)W$/.exec(text)?.[1];
    const day = nearest === undefined ? null : readValue(nearest, index, rule, complain);
    return day === null ? null : { kind: 'nearest_weekday', day };
  }
  const [, word, nth] = /^(\d|[A-Z]{3})(?:L|#([1-5]))$/.exec(text) ?? [];
  if (rule.name !== 'day-of-week' || word === undefined) return null;
  const value = readValue(word, index, rule, complain);
  if (value === null) return null;
  const weekday = value % 7;
  return nth === undefined ? { kind: 'last_of', weekday } : { kind: 'nth_of', weekday, nth: Number(nth) };
}

function describeRule({ name, min, max, words }: FieldRule): string {
  const named = words.length > 0 ? ` or ${words[0]}–${words.at(-1)}` : '';
  const special = { 'day-of-month': ', L, LW or 15W', 'day-of-week': ', 5L or 5#2' }[name as string] ?? '';
  return `${min}–${max}${named}, *, a range as ${min}-${max}, a step as */2${special}`;
}
