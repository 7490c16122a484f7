import { parseDurationMs } from './duration.ts';
import { AppError } from './errors.ts';

export type SubjectName =
  | 'status'
  | 'latency'
  | 'body'
  | 'header'
  | 'certificate_days'
  | 'exit_code'
  | 'output';

export type Subject =
  | { name: Exclude<SubjectName, 'body' | 'header'> }
  /** An empty path means the body as text; else the body is read as JSON. */
  | { name: 'body'; path: readonly (string | number)[] }
  /** `header` is in lower case. */
  | { name: 'header'; header: string };

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'contains' | 'not contains';

export type Value = string | number | boolean | null;

export type Comparison = {
  subject: Subject;
  /** The subject as it was written, for messages. */
  subjectText: string;
  operator: Operator;
  /** One value, or the whole list of `in` and `not in`; a latency is in milliseconds. */
  values: readonly Value[];
};

/** Holds when one of the comparisons, joined by `or`, holds. */
export type Condition = { text: string; alternatives: readonly Comparison[] };

const subjectsOfHttp = ['status', 'latency', 'body', 'header', 'certificate_days'] as const;

/** What an answer of each kind of check can be asked about. */
export const subjectsByKind = {
  http: subjectsOfHttp,
  tcp: ['latency'],
  command: ['exit_code', 'output', 'latency'],
  anthropic: subjectsOfHttp,
  openai: subjectsOfHttp,
  deepgram: subjectsOfHttp,
  typesense: subjectsOfHttp,
  firestore: subjectsOfHttp,
} as const satisfies Record<string, readonly SubjectName[]>;

const order = ['<', '<=', '>', '>='] as const;
const equality = ['==', '!=', 'in', 'not in'] as const;
const inclusion = ['contains', 'not contains'] as const;
const everyOperator: readonly Operator[] = [...equality, ...order, ...inclusion];

/** What a subject is compared with: its operators, and how a written value is read (undefined: not one of its values). */
type SubjectRule = {
  operators: readonly Operator[];
  expected: string;
  read(literal: Literal): Value | undefined;
};

const subjectRules: Readonly<Record<SubjectName, SubjectRule>> = {
  status: {
    operators: [...equality, ...order],
    expected: 'a status from 100 to 599',
    read: readInteger(100, 599),
  },
  exit_code: {
    operators: [...equality, ...order],
    expected: 'an exit code from 0 to 255',
    read: readInteger(0, 255),
  },
  certificate_days: { operators: [...equality, ...order], expected: 'a number of days', read: readNumber },
  latency: { operators: order, expected: 'a duration such as 500ms', read: readDuration },
  output: { operators: everyOperator, expected: 'a text', read: (literal) => literal.text },
  header: { operators: everyOperator, expected: 'a text', read: (literal) => literal.text },
  body: { operators: everyOperator, expected: 'a value', read: readJsonValue },
};

/** Answers the condition in a text such as `status in [200, 206] or body.ok == true`; throws VALIDATION_ERROR with the position where it makes no sense. `subjects` are those that may be asked about. */
export function parseCondition(
  text: string,
  subjects: readonly SubjectName[] = Object.values(subjectsByKind).flat(),
): Condition {
  const cursor = createCursor(text);
  const alternatives = [parseComparison(cursor, subjects)];
  while (!cursor.atEnd()) {
    cursor.require(/^or(?=\s|$)/, '"or", or the end (a value with spaces needs quotes)');
    alternatives.push(parseComparison(cursor, subjects));
  }
  return { text: text.trim(), alternatives };
}

function parseComparison(cursor: Cursor, subjects: readonly SubjectName[]): Comparison {
  const { subject, text: subjectText } = parseSubject(cursor, subjects);
  const rule = subjectRules[subject.name];
  const operator = parseOperator(cursor, subject.name, rule);
  const isList = operator === 'in' || operator === 'not in';
  const literals = isList ? parseList(cursor) : [parseLiteral(cursor, rule.expected)];
  // Only numbers have an order, so that `<` on a text asks for a number on both sides.
  const ordered = order.some((candidate) => candidate === operator) && rule.operators === everyOperator;
  const values = literals.map((literal) => {
    const value = ordered ? readNumber(literal) : rule.read(literal);
    if (value === undefined) cursor.refuse(literal.position, ordered ? 'a number' : rule.expected);
    return value;
  });
  return { subject, subjectText, operator, values };
}

function parseSubject(cursor: Cursor, subjects: readonly SubjectName[]): { subject: Subject; text: string } {
  const pattern =
    /^(?:(status|latency|certificate_days|exit_code|output)(?![\w.[-])|(header)\.([\w-]+)|(body)((?:\.[\w-]+|\[\d+\]|\["[^"]+"\])*))/i;
  const expected = `one of ${[...new Set(subjects)].map(describeSubject).join(', ')}`;
  const start = cursor.position();
  const [text = '', plain, header, headerName = '', body, path = ''] = cursor.require(pattern, expected);
  const name = subjects.find((candidate) => candidate === (plain ?? header ?? body)?.toLowerCase());
  if (name === undefined) cursor.refuse(start, expected);
  if (name === 'header') return { text, subject: { name, header: headerName.toLowerCase() } };
  if (name === 'body') return { text, subject: { name, path: parsePath(path) } };
  return { text, subject: { name } };
}

function describeSubject(name: SubjectName): string {
  if (name === 'header') return 'header.NAME';
  return name === 'body' ? 'body, body.PATH' : name;
}

function parsePath(text: string): (string | number)[] {
  const steps = text.matchAll(/\.([\w-]+)|\[(\d+)\]|\["([^"]+)"\]/g);
  return [...steps].map(([, key, index, quoted]) =>
    index === undefined ? String(key ?? quoted) : Number(index),
  );
}

function parseOperator(cursor: Cursor, name: SubjectName, rule: SubjectRule): Operator {
  const expected = `an operator for ${name}: ${rule.operators.join(', ')}`;
  const start = cursor.position();
  const [text = ''] = cursor.require(
    /^(?:==|!=|<=|>=|<|>|(?:not\s+)?(?:in|contains)(?=[\s["']|$))/,
    expected,
  );
  const operator = rule.operators.find((candidate) => candidate === text.replace(/\s+/, ' '));
  return operator ?? cursor.refuse(start, expected);
}

function parseList(cursor: Cursor): Literal[] {
  cursor.require(/^\[/, 'a list such as [200, 206]');
  const literals = [parseLiteral(cursor, 'a value')];
  while (cursor.require(/^[,\]]/, '"," or "]"')[0] === ',') literals.push(parseLiteral(cursor, 'a value'));
  return literals;
}

type Literal = { text: string; quoted: boolean; position: number };

function parseLiteral(cursor: Cursor, expected: string): Literal {
  const position = cursor.position();
  const pattern = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?!or(?:\s|$))[^\s,[\]"'<>=!][^\s,[\]"']*))/s;
  const [, double, single, bare] = cursor.require(pattern, expected);
  const quoted = double ?? single;
  if (quoted === undefined) return { text: String(bare), quoted: false, position };
  return {
    text: quoted.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char)),
    quoted: true,
    position,
  };
}

function readNumber({ text, quoted }: Literal): number | undefined {
  return !quoted && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readInteger(min: number, max: number): (literal: Literal) => number | undefined {
  return (literal) => {
    const value = readNumber(literal);
    return Number.isInteger(value) && value !== undefined && value >= min && value <= max ? value : undefined;
  };
}

function readDuration({ text, quoted }: Literal): number | undefined {
  return (quoted ? null : parseDurationMs(text)) ?? undefined;
}

function readJsonValue(literal: Literal): Value {
  const { text, quoted } = literal;
  if (quoted) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return text === 'null' ? null : (readNumber(literal) ?? text);
}

type Cursor = {
  atEnd(): boolean;
  /** Offset of the next character that is no space. */
  position(): number;
  /** Takes what the pattern matches here and answers its groups; throws, naming what was expected. */
  require(pattern: RegExp, expected: string): RegExpExecArray;
  refuse(position: number, expected: string): never;
};

function createCursor(text: string): Cursor {
  let offset = text.length - text.trimStart().length;
  const refuse = (position: number, expected: string): never => {
    const found = /^\S+/.exec(text.slice(position))?.[0];
    const what = found === undefined ? 'it ends' : `found "${found}"`;
    throw new AppError(
      'VALIDATION_ERROR',
      `condition "${text}": ${what} at position ${position + 1}, expected ${expected}`,
    );
  };
  return {
    atEnd: () => offset === text.length,
    position: () => offset,
    require(pattern, expected) {
      const match = pattern.exec(text.slice(offset));
      if (!match) return refuse(offset, expected);
      const end = offset + match[0].length;
      offset = end + (text.length - end - text.slice(end).trimStart().length);
      return match;
    },
    refuse,
  };
}
