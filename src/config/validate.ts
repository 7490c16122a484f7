import type { z } from 'zod';
import { expectedText } from '../core/expected.ts';
import { describeFound } from './found.ts';
import type { Problem } from './problem.ts';
import { isNotServed } from './schema/not-served.ts';
import { suggest, suggestText } from './suggest.ts';
import type { YamlFile } from './yaml-file.ts';
import { formatPath, type Path } from './yaml-place.ts';

type Issue = z.core.$ZodIssue;

/** Checks a file against its schema. `data` is null where there are problems; those of the file itself are among them. */
export function validateFile<Schema extends z.ZodType>(
  file: YamlFile,
  schema: Schema,
): { data: z.output<Schema> | null; problems: readonly Problem[] } {
  if (!file.readable) return { data: null, problems: file.problems };
  const raw = withoutEmptySections(file.value);
  let result = schema.safeParse(raw, { error: expectedText });
  if (!result.success && readSubstituted(raw, result.error.issues, file)) {
    result = schema.safeParse(raw, { error: expectedText });
  }
  const found = result.success ? [] : result.error.issues.flatMap((issue) => toProblems(issue, raw, file));
  // A text with a missing variable is wrong for that reason alone.
  const incomplete = new Set(file.problems.map((problem) => problem.key));
  const problems = [...file.problems, ...found.filter((problem) => !incomplete.has(problem.key))];
  return { data: problems.length === 0 && result.success ? result.data : null, problems };
}

/** Answers the value without top-level keys that have nothing below them, as when all entries are commented out. */
function withoutEmptySections(value: unknown): unknown {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

// A variable is always text; where the schema wants a number or a boolean, a value that is one variable is read as such.
function readSubstituted(raw: unknown, issues: readonly Issue[], file: YamlFile): boolean {
  let changed = false;
  for (const issue of issues) {
    if (issue.code !== 'invalid_type' || !file.locate(issue.path).whole) continue;
    const value = coerce(valueAt(raw, issue.path), issue.expected);
    const parent = valueAt(raw, issue.path.slice(0, -1));
    const key = issue.path.at(-1);
    if (value === null || key === undefined || typeof parent !== 'object' || parent === null) continue;
    (parent as Record<PropertyKey, unknown>)[key] = value;
    changed = true;
  }
  return changed;
}

function coerce(value: unknown, expected: string): number | boolean | null {
  if (typeof value !== 'string') return null;
  if (expected === 'boolean') return value === 'true' ? true : value === 'false' ? false : null;
  if (expected === 'number' || expected === 'int')
    return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
  return null;
}

/** Answers the value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function toProblems(issue: Issue, raw: unknown, file: YamlFile): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue, key, file));
  if (issue.code === 'invalid_key') return [badKey(issue, file)];
  const value = valueAt(raw, issue.path);
  const place = file.locate(issue.path);
  const wantsText = issue.code !== 'invalid_type';
  const found = describeFound(value, issue.path);
  const { source } = place;
  return [
    {
      file: file.name,
      line: place.line,
      key: formatPath(issue.path),
      // A text made from the environment may hold a secret; what was written in the file does not.
      found: source === null ? found : wantsText ? source : `${source}, which is ${found}`,
      expected: expectedWords(issue),
      message: adviceFor(issue, value, source !== null),
    },
  ];
}

function expectedWords(issue: Issue): string {
  const isChoice =
    issue.code === 'invalid_value' || (issue.code === 'invalid_union' && 'discriminator' in issue);
  return isChoice && issue.message.includes(', ') ? `one of ${issue.message}` : issue.message;
}

function unknownKey(issue: Issue, key: string, file: YamlFile): Problem {
  const path = [...issue.path, key];
  const known = issue.message.split(', ');
  const notServed = isNotServed('key', key) ? 'this version does not serve this key yet: remove it' : '';
  return {
    file: file.name,
    line: file.locateKey(path),
    key: formatPath(path),
    found: `the key ${JSON.stringify(key)}`,
    expected: `one of ${known.join(', ')}`,
    message: notServed || suggestText(key, known) || 'remove it, or see what is expected',
  };
}

function badKey(issue: Issue & { code: 'invalid_key' }, file: YamlFile): Problem {
  return {
    file: file.name,
    line: file.locateKey(issue.path),
    key: formatPath(issue.path),
    found: `the key ${JSON.stringify(String(issue.path.at(-1)))}`,
    expected: issue.issues[0]?.message ?? 'another name',
    message: '',
  };
}

function adviceFor(issue: Issue, value: unknown, isSubstituted: boolean): string {
  if (issue.code === 'custom') return typeof issue.params?.advice === 'string' ? issue.params.advice : '';
  const word = typeof value === 'string' ? value : '';
  if (value === undefined) return `add "${String(issue.path.at(-1))}"`;
  if (issue.code === 'invalid_type') return typeAdvice(issue.expected, value, isSubstituted);
  if (issue.code === 'invalid_value') {
    return suggestText(word, issue.values.map(String));
  }
  if (issue.code === 'invalid_union') return unionAdvice(issue, value);
  return '';
}

function unionAdvice(issue: Issue, value: unknown): string {
  if (typeof value === 'number') return `add a unit, such as ${value}s`;
  if (typeof value !== 'string') return '';
  const role = issue.path.at(-1) === 'kind' ? 'kind' : 'type';
  if (isNotServed(role, value)) return `this version does not serve the ${role} ${value} yet`;
  return suggestText(value, issue.message.split(', '));
}

function typeAdvice(expected: string, value: unknown, isSubstituted: boolean): string {
  if (isSubstituted) return 'set the variable to such a value';
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `put it in quotes: "${value}"`;
  }
  if (expected === 'array' && typeof value === 'string') return 'put it in brackets: [ … ]';
  if (typeof value !== 'string') return '';
  if (coerce(value, expected) !== null) return 'remove the quotes';
  if (expected !== 'boolean') return '';
  const near = suggest(value, ['true', 'yes', 'on'])
    ? 'true'
    : suggest(value, ['false', 'no', 'off'])
      ? 'false'
      : null;
  return near === null ? '' : `write ${near}`;
}
