// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are variables as YAML files write them.
import { type Document, isScalar, LineCounter, type Node, parseDocument, type Scalar, visit } from 'yaml';
import type { Problem } from './problem.ts';
import { substitute } from './substitute.ts';
import {
  entriesAt,
  formatPath,
  keyText,
  lineOf,
  type Path,
  pathOfNode,
  type WrittenEntry,
  walk,
} from './yaml-place.ts';

/** What stands at a path: its line, and the text of the file where variables were put in. */
export type Place = { line: number; source: string | null; whole: boolean };

/** A YAML file as plain values, with the way back from a value to its line. */
export type YamlFile = {
  /** Name for messages. */
  name: string;
  value: unknown;
  /** False where the text could not be read at all; `value` is then null. */
  readable: boolean;
  problems: readonly Problem[];
  /** Answers the place of the value at the path, or of the nearest thing around it. */
  locate(path: Path): Place;
  /** Answers the line of the key that ends the path. */
  locateKey(path: Path): number;
  /** Answers the entries of the map at the path in the order written. */
  writtenEntries(path: Path): WrittenEntry[];
};

type Env = Readonly<Record<string, string | undefined>>;
type Parsed = { name: string; document: Document; lines: LineCounter };
type Marks = Map<unknown, { source: string; whole: boolean }>;

// Enough for every honest use of anchors; a bomb multiplies far beyond.
const maxAliasCount = 100;
// What comes after these is mostly an echo of them.
const mostSyntaxProblems = 3;

/** Reads one YAML 1.2 document and puts variables into its texts. Never throws: what is wrong is in `problems`. */
export function readYaml(name: string, text: string, env: Env): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const parsed = { name, document, lines };
  const problems = syntaxProblems(parsed, text);
  if (problems.length === 0) problems.push(...forbiddenProblems(parsed));
  const marks: Marks = new Map();
  const substitutionProblems = problems.length === 0 ? substituteAll(parsed, env, marks) : [];
  const value = problems.length === 0 ? toValue(parsed, problems) : null;
  return {
    name,
    value,
    readable: problems.length === 0,
    problems: [...problems, ...substitutionProblems],
    locate(path) {
      const { node } = walk(document, path);
      const mark = marks.get(node);
      return { line: lineOf(node, lines), source: mark?.source ?? null, whole: mark?.whole ?? false };
    },
    locateKey: (path) => lineOf(walk(document, path).key, lines),
    writtenEntries: (path) => entriesAt(document, path),
  };
}

function syntaxProblems({ name, document }: Parsed, text: string): Problem[] {
  const rows = text.split('\n');
  const byLine = new Map<number, Problem>();
  for (const error of [...document.errors, ...document.warnings]) {
    const line = error.linePos?.[0].line ?? 1;
    // The parser stumbles over the rest of a broken line; its first complaint says it all.
    if (byLine.has(line)) continue;
    const bareReference = /[{[,:]\s*\$\{/.test(rows[line - 1] ?? '');
    const message = bareReference
      ? 'inside { } and [ ] write variables in quotes: "${NAME}"'
      : syntaxAdvice(error.code, error.message.split(/ at line \d/)[0] ?? error.message);
    byLine.set(line, { file: name, line, key: '', found: '', expected: 'valid YAML', message });
  }
  return [...byLine.values()].slice(0, mostSyntaxProblems);
}

function syntaxAdvice(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same map: keep one of them';
  if (code === 'TAB_AS_INDENT') return 'indent with spaces, not with tabs';
  if (code === 'MULTIPLE_DOCS') return 'one document a file: remove the "---" line in the middle';
  if (code === 'RESOURCE_EXHAUSTION') return 'the nesting is too deep';
  return message;
}

function forbiddenProblems({ name, document, lines }: Parsed): Problem[] {
  const problems: Problem[] = [];
  const refuse = (node: Node | null, found: string, message: string) =>
    problems.push({ file: name, line: lineOf(node, lines), key: '', found, expected: '', message });
  const version = document.directives?.yaml.version;
  if (version !== '1.2') refuse(null, `%YAML ${version}`, 'remove the %YAML line: files are YAML 1.2');
  visit(document, {
    Pair(_, pair) {
      const key = pair.key as Node | null;
      if (!isScalar(key)) refuse(key, 'a key that is not a plain text', 'write the key as one word');
      else if (keyText(pair) === '<<') refuse(key, '<<', 'merge keys are not read: write the keys out');
      else if (keyText(pair) === '__proto__') refuse(key, '__proto__', 'remove this key');
    },
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      refuse(alias, `*${alias.source}`, `no anchor &${alias.source} stands before this alias`);
    },
  });
  return problems;
}

function substituteAll({ name, document, lines }: Parsed, env: Env, marks: Marks): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(role, scalar: Scalar, ancestors) {
      if (role === 'key' || typeof scalar.value !== 'string' || !scalar.value.includes('${')) return;
      const source = scalar.value;
      const result = substitute(source, env);
      const place = {
        file: name,
        line: lineOf(scalar, lines),
        key: formatPath(pathOfNode(ancestors, scalar)),
      };
      if (result.malformed) problems.push({ ...place, ...malformedReference(source) });
      for (const variable of result.missing) problems.push({ ...place, ...missingVariable(variable) });
      scalar.value = result.text;
      marks.set(scalar, { source, whole: result.whole });
    },
  });
  return problems;
}

function malformedReference(source: string) {
  return {
    found: JSON.stringify(source),
    expected: '${NAME} or ${NAME:-default}',
    message: 'close the brace, or write $${ where "${" itself is meant',
  };
}

function missingVariable(variable: string) {
  return {
    found: `\${${variable}}, which is not set`,
    expected: `the environment variable ${variable}`,
    message: `set ${variable} in the environment or in .env, or give a default: \${${variable}:-…}`,
  };
}

function toValue({ name, document }: Parsed, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch {
    const found = 'aliases that unfold without end';
    problems.push({
      file: name,
      line: 1,
      key: '',
      found,
      expected: '',
      message: 'write the values out instead',
    });
    return null;
  }
}
