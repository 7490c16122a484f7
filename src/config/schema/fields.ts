import { z } from 'zod';
import { parseBytes, writeBytes } from '../../core/bytes.ts';
import { parseDurationMs } from '../../core/duration.ts';
import { severities } from '../../core/severity.ts';
import { durationText } from '../form.ts';
import { isEncoded } from '../is-encoded.ts';

// In these schemas the message of an issue says what is expected; an unknown key's says the known ones.

/** A map with these keys and no others. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined),
  });
}

export const durationExpected = 'a duration such as 500ms, 30s, 5m, 1h30m or 90d';

/** A duration with its unit, read to milliseconds. */
export function duration(bounds: { minMs?: number; maxMs?: number } = {}) {
  return durationInput.transform((text, ctx) => readDuration(text, bounds, ctx));
}

/** What a duration is written as; 0 needs no unit. */
const durationInput = z.union([z.string(), z.literal(0)], { error: durationExpected });

// setTimeout's own limit: a longer delay would fire at once.
const longestTimerMs = 2 ** 31 - 1;

/** A duration that a timer waits for. */
export function timerDuration(minMs: number) {
  return duration({ minMs, maxMs: longestTimerMs });
}

/** Reads a duration inside a transform; a bad one becomes an issue. */
export function readDuration(
  text: string | 0,
  { minMs = 0, maxMs = Number.MAX_SAFE_INTEGER }: { minMs?: number; maxMs?: number },
  ctx: z.RefinementCtx,
): number {
  const ms = parseDurationMs(String(text));
  if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
  const range =
    ms === null ? '' : ms < minMs ? `, at least ${durationText(minMs)}` : `, at most ${durationText(maxMs)}`;
  ctx.addIssue({ code: 'custom', message: durationExpected + range });
  return z.NEVER;
}

/** A size with its unit, read to bytes. */
export function byteSize(minBytes: number) {
  const expected = `a size such as 500MB or 5GiB, at least ${writeBytes(minBytes)}`;
  return z.string({ error: expected }).transform((text, ctx) => {
    const bytes = parseBytes(text);
    if (bytes !== null && bytes >= minBytes) return bytes;
    ctx.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

export const text = z.string().min(1);
export const severity = z.enum(severities);
export const wholeNumber = z.int();
export const textMap = z.record(z.string(), z.string());
export const textList = z.array(text);

/** A short name that is safe in URLs, logs and file names. */
export const slug = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: 'a name of letters, digits, "-", "_" and ".", at most 100 long',
});

const kindPattern = /^[a-z][a-z0-9_]{0,63}$/;
export const kind = z.string().regex(kindPattern, {
  error: 'a kind of small letters, digits and "_", at most 64 long',
});

export const httpUrl = z
  .string()
  .refine((url) => URL.canParse(url) && /^https?:\/\/[^/]/i.test(url), {
    error: 'a URL that begins with http:// or https://',
    abort: true,
  })
  .refine(hasReadableUser, { error: 'a URL with % as %25 in its user and password' });

function hasReadableUser(text: string): boolean {
  const { username, password } = new URL(text);
  return isEncoded(username) && isEncoded(password);
}

export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: 'the name of an HTTP header' });
const headerValue = z.string().regex(/^[\t -~\u0080-\u00ff]*$/, {
  error: 'one line of text in Latin letters (ISO 8859-1)',
});
export const headers = z.record(headerName, headerValue);

/** Answers the map without the keys whose value is undefined. */
export function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never;
}
