import { z } from 'zod';
import { foundText } from './expected.ts';

/** Answers a schema for text that both engines can hold: no NUL, no half of a surrogate pair, at most `maxLength` characters. */
export function text(maxLength: number, minLength = 0) {
  return z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine(isStorable, 'must be well-formed text without NUL characters');
}

/** Answers whether both engines can hold the text. */
export function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

/** Answers the text as both engines can hold it: cut to `maxLength`, never through a character; what they refuse becomes U+FFFD. */
export function toStorable(value: string, maxLength: number): string {
  const cut = value.slice(0, maxLength);
  const halved = value.length > maxLength && /[\ud800-\udbff]$/.test(cut);
  return (halved ? cut.slice(0, -1) : cut).toWellFormed().replaceAll('\0', '\ufffd');
}

const isoWithZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Date.parse makes the 2nd of March out of the 30th of February. */
function isOnCalendar(value: string): boolean {
  const day = value.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** A schema for an ISO-8601 time with its zone; answers epoch milliseconds. */
export const isoTime = z.string().transform((value, context) => {
  const epochMs = isoWithZone.test(value) && isOnCalendar(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(epochMs)) return epochMs;
  context.addIssue({
    code: 'custom',
    message: 'must be an ISO-8601 time with its zone, as 2026-03-01T12:00:00Z',
  });
  return z.NEVER;
});

/** A schema for a whole number that may come as text, as in a query string. */
export function wholeNumber(min: number, max: number) {
  const readDigits = (value: unknown) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  const number = z.number({
    error: ({ input }) =>
      input === undefined || typeof input === 'number'
        ? undefined
        : `must be a whole number, not ${foundText(input)}`,
  });
  return z.preprocess(readDigits, number.int().min(min).max(max));
}

/** A schema for a list that may come as one value, or as values with commas between them. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => {
    if (typeof value === 'string') return value.split(',').map((part) => part.trim());
    return value;
  }, z.array(item).min(1).max(100));
}

const deepest = 100;

/**
 * A schema for a map with names of the caller's choice. A key `__proto__`, which zod leaves out without a word, is refused,
 * and so is what is nested deeper than a schema can follow.
 */
export function mapOf<Key extends z.core.$ZodRecordKey, Value extends z.ZodType>(key: Key, value: Value) {
  const refuse = (map: unknown, context: z.core.$RefinementCtx) => {
    const message = findFault(map);
    if (message !== null) context.addIssue({ code: 'custom', message });
    return map;
  };
  return z.preprocess(refuse, z.record(key, value));
}

/** Without recursion, level by level: what callers nest may be deeper than our stack. */
function findFault(map: unknown): string | null {
  let level = [map];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return `is nested deeper than ${deepest} levels`;
    const maps = level.filter((value) => typeof value === 'object' && value !== null);
    if (maps.some((value) => Object.hasOwn(value, '__proto__')))
      return 'has a key __proto__, which cannot be kept: give it another name';
    level = maps.flatMap((value) => Object.values(value));
  }
  return null;
}
