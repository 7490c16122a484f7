import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crossCheckRunbook } from './cross-check.ts';
import type { Problem } from './problem.ts';
import { displayPath, readTextFile } from './read-file.ts';
import { runbookSchema } from './schema/runbook.ts';
import type { RunbookConfig } from './types.ts';
import { validateFile } from './validate.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

// What is longer is not read at night, and every triage carries what it suggests.
const longestRunbookLength = 64 * 1024;
const mostRunbooks = 500;

export type RunbooksRead = {
  runbooks: readonly RunbookConfig[];
  problems: readonly Problem[];
  /** The folder, for files that come and go, and the files. */
  watchedFiles: readonly string[];
};

type Reading = { cwd: string; values: Readonly<Record<string, string | undefined>>; tocsin: YamlFile };

/** Reads the Markdown files of a folder that may be absent. A file without front matter is for people alone. */
export async function readRunbooks(folder: string, reading: Reading): Promise<RunbooksRead> {
  const names = await listMarkdown(folder);
  const paths = names.map((name) => join(folder, name));
  const read = await Promise.all(paths.slice(0, mostRunbooks).map((path) => readRunbook(path, reading)));
  const tooMany =
    names.length > mostRunbooks ? [refuseNumber(displayPath(folder, reading.cwd), names.length)] : [];
  return {
    runbooks: read.flatMap(({ runbook }) => runbook ?? []),
    problems: [...tooMany, ...read.flatMap(({ problems }) => problems)],
    watchedFiles: [folder, ...paths],
  };
}

async function listMarkdown(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .flatMap((entry) => (!entry.isDirectory() && /\.md$/i.test(entry.name) ? entry.name : []))
      .sort();
  } catch {
    // Most have none; a folder that may not be read has nothing to suggest either.
    return [];
  }
}

async function readRunbook(
  path: string,
  { cwd, values, tocsin }: Reading,
): Promise<{ runbook?: RunbookConfig; problems: readonly Problem[] }> {
  const name = displayPath(path, cwd);
  const read = await readTextFile(path, name);
  if (read.kind === 'problem') return { problems: [read.problem] };
  const parts = read.kind === 'text' ? splitFrontMatter(read.text) : null;
  if (!parts) return { problems: [] };
  const file = readYaml(name, parts.frontMatter, values);
  const { data, problems } = validateFile(file, runbookSchema);
  const tooLong = parts.body.length > longestRunbookLength ? [refuseLength(name, parts.body.length)] : [];
  const unknown = file.readable && tocsin.readable ? crossCheckRunbook(file, tocsin) : [];
  const all = [...problems, ...tooLong, ...unknown];
  if (data === null || all.length > 0) return { problems: all };
  const { title, service = null, kind = null, labels = {} } = data;
  const body = parts.body.trim();
  return {
    runbook: { file: name, title: title ?? readHeading(body) ?? basename(path), service, kind, labels, body },
    problems: [],
  };
}

/** Answers the front matter, an empty line in the place of its first mark so that lines keep their numbers; null: there is none. */
function splitFrontMatter(text: string): { frontMatter: string; body: string } | null {
  const [, frontMatter, body] =
    /^\ufeff?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n([\s\S]*))?$/m.exec(text) ?? [];
  if (frontMatter === undefined || !/^\ufeff?---/.test(text)) return null;
  return { frontMatter: `\n${frontMatter}`, body: body ?? '' };
}

function readHeading(body: string): string | null {
  return /^#+\s+(.+?)\s*#*$/m.exec(body)?.[1] ?? null;
}

function refuseLength(file: string, length: number): Problem {
  const expected = `at most ${longestRunbookLength} characters`;
  return { file, line: null, key: '', found: `${length} characters`, expected, message: 'split it' };
}

function refuseNumber(file: string, count: number): Problem {
  const expected = `at most ${mostRunbooks}`;
  return { file, line: null, key: '', found: `${count} runbooks`, expected, message: 'remove some' };
}
