import { z } from 'zod';

/** Answers a schema for text that both engines can hold: no NUL, no half of a surrogate pair, at most `maxLength` characters. */
export function text(maxLength: number, minLength = 0) {
  return z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine(isStorable, 'must be well-formed text without NUL characters');
}

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

const isoWithZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A schema for an ISO-8601 time with its zone; answers epoch milliseconds. */
export const isoTime = z.string().transform((value, context) => {
  const epochMs = isoWithZone.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(epochMs)) return epochMs;
  context.addIssue({
    code: 'custom',
    message: 'must be an ISO-8601 time with its zone, as 2026-03-01T12:00:00Z',
  });
  return z.NEVER;
});

/** A schema for a whole number that may come as text, as in a query string. */
export function wholeNumber(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}

/** A schema for a list that may come as one value, or as values with commas between them. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => {
    if (typeof value === 'string') return value.split(',').map((part) => part.trim());
    return value;
  }, z.array(item).min(1).max(100));
}
