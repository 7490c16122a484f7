import type { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const longestFound = 80;

const typeTexts: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

/** Answers what zod expected, in words that fit after "expected"; for schemas that have no words of their own. */
export function expectedText(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeTexts[String(issue.expected)] ?? String(issue.expected);
    case 'invalid_value':
      return (issue.values as unknown[]).map(String).join(', ');
    case 'invalid_union':
      return Array.isArray(issue.options) ? issue.options.map(String).join(', ') : 'another value';
    case 'too_small':
      return `${issue.origin === 'string' ? 'a text that is not empty' : bound('at least', issue.origin, issue.minimum)}`;
    case 'too_big':
      return bound('at most', issue.origin, issue.maximum);
    default:
      return 'another value';
  }
}

function bound(words: string, origin: unknown, limit: unknown): string {
  const unit = origin === 'array' ? (limit === 1 ? ' entry' : ' entries') : '';
  return `${words} ${String(limit)}${unit}`;
}

/** Answers what is wrong with a field, in words that fit after its name; undefined leaves those of zod. */
export function refusedText(issue: RawIssue): string | undefined {
  const { code, input } = issue;
  const isChoice = code === 'invalid_value' && (issue.values as unknown[]).length > 1;
  const expected = `${isChoice ? 'one of ' : ''}${expectedText(issue)}${sizeUnit(issue)}`;
  if (input === undefined) return `is required: ${expected}`;
  if (code === 'invalid_key') return describeKey(issue.issues);
  if (code === 'invalid_type') return `must be ${expected}, not ${kindOf(input, issue.expected === 'int')}`;
  if (code === 'invalid_value') return `must be ${expected}, not ${foundText(input)}`;
  if (code !== 'too_small' && code !== 'too_big') return undefined;
  if (typeof input === 'string' && code === 'too_small') return `must be ${expected}`;
  return `must be ${expected}, not ${typeof input === 'number' ? input : sizeOf(input)}`;
}

/** The schema of a key has said what is wrong with it. */
function describeKey(issues: unknown): string {
  const messages = (issues as readonly { message: string }[]).map(({ message }) => message);
  return `has a key that ${messages.join(', ')}`;
}

function sizeUnit({ code, origin }: RawIssue): string {
  return code === 'too_big' && origin === 'string' ? ' characters long' : '';
}

function sizeOf(input: unknown): unknown {
  return (input as { length?: number }).length;
}

function kindOf(input: unknown, isWhole = false): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  // A number where one was expected: it is its value that is wrong.
  if (typeof input === 'number' && (isWhole || !Number.isFinite(input))) return String(input);
  return typeTexts[typeof input] ?? typeof input;
}

/** Answers what was found where a text was given, in quotes and cut; of anything else its kind. */
export function foundText(input: unknown): string {
  if (typeof input !== 'string') return kindOf(input);
  const text = JSON.stringify(input);
  return text.length > longestFound ? `${text.slice(0, longestFound)}…` : text;
}
