import type { Comparison, Condition, Subject, Value } from './condition.ts';

/** What is known of an answer; a condition on an absent fact does not hold. */
export type ConditionFacts = {
  status?: number;
  latencyMs?: number;
  body?: Body;
  /** By lower-case name. */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  certificateDays?: number;
  exitCode?: number;
  output?: string;
};

/** A body, parsed once and only when asked; `json()` is undefined where it is no JSON. */
export type Body = { text: string; json(): unknown };

const maxShownLength = 200;

/** Answers a text as a body whose JSON is read on the first call. */
export function createBody(text: string): Body {
  let parsed: { value: unknown } | null = null;
  return {
    text,
    json() {
      parsed ??= { value: parseJson(text) };
      return parsed.value;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A body that is no JSON is an answer too: conditions on its fields find nothing.
    return undefined;
  }
}

/** Answers whether a condition holds: one of its alternatives does. */
export function conditionHolds(condition: Condition, facts: ConditionFacts): boolean {
  return condition.alternatives.some((comparison) => {
    const actual = readFact(comparison.subject, facts);
    return actual !== undefined && holdsFor(comparison, actual);
  });
}

/** Answers a condition beside its real values, as `status == 200, was 503`; each value without what `hide` takes out, and cut at 200 characters. */
export function showCondition(
  condition: Condition,
  facts: ConditionFacts,
  hide: (text: string) => string = (text) => text,
): string {
  const shownBySubject = new Map(
    condition.alternatives.map(({ subject, subjectText }) => [
      subjectText,
      showFact(subject, readFact(subject, facts), hide),
    ]),
  );
  const shown = [...shownBySubject];
  const was = shown.map(([subject, value]) => (shown.length === 1 ? value : `${subject} ${value}`));
  return `${condition.text}, was ${was.join(', ')}`;
}

/** Answers the fact that a subject asks for; undefined where it is not known. */
function readFact(subject: Subject, facts: ConditionFacts): unknown {
  switch (subject.name) {
    case 'status':
      return facts.status;
    case 'latency':
      return facts.latencyMs;
    case 'certificate_days':
      return facts.certificateDays;
    case 'exit_code':
      return facts.exitCode;
    case 'output':
      return facts.output;
    case 'header':
      return readHeader(subject.header, facts);
    case 'body':
      return subject.path.length === 0 ? facts.body?.text : readPath(facts.body?.json(), subject.path);
  }
}

function readHeader(header: string, facts: ConditionFacts): string | undefined {
  const value = facts.headers?.[header];
  return typeof value === 'string' ? value : value?.join(', ');
}

function readPath(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function holdsFor({ operator, values }: Comparison, actual: unknown): boolean {
  const isOneOf = values.some((value) => value === actual);
  const [value = null] = values;
  switch (operator) {
    case '==':
    case 'in':
      return isOneOf;
    case '!=':
    case 'not in':
      return !isOneOf;
    case 'contains':
      return containsValue(actual, value);
    case 'not contains':
      return !containsValue(actual, value);
    case '<':
      return toNumber(actual) < Number(value);
    case '<=':
      return toNumber(actual) <= Number(value);
    case '>':
      return toNumber(actual) > Number(value);
    case '>=':
      return toNumber(actual) >= Number(value);
  }
}

function containsValue(actual: unknown, value: Value): boolean {
  if (Array.isArray(actual)) return actual.includes(value);
  return typeof actual === 'string' && actual.includes(String(value));
}

/** Answers NaN, which no order holds for, where the value is no number. */
function toNumber(actual: unknown): number {
  if (typeof actual === 'string' && actual.trim() !== '') return Number(actual);
  return typeof actual === 'number' ? actual : Number.NaN;
}

function showFact(subject: Subject, actual: unknown, hide: (text: string) => string): string {
  if (actual === undefined) return 'missing';
  if (subject.name === 'latency') return `${Math.round(Number(actual))}ms`;
  const text = hide(typeof actual === 'string' ? actual : JSON.stringify(actual));
  if (text.length > maxShownLength) return `${text.slice(0, maxShownLength - 1)}…`;
  return text === '' ? 'empty' : text;
}
