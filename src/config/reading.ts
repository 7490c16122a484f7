import { resolve } from 'node:path';
import type { z } from 'zod';
import { checkDotenv, mergeEnvironment } from './dotenv.ts';
import type { Env, Environment } from './environment.ts';
import type { Problem } from './problem.ts';
import { displayPath, readTextFile } from './read-file.ts';
import { validateFile } from './validate.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** Where files are looked for, and what was met on the way. */
export type Reading = {
  cwd: string;
  environment: Environment;
  problems: Problem[];
  files: string[];
  watchedFiles: string[];
};

/** Begins with `.env` of the folder, under the environment. */
export async function startReading(env: Env, cwd: string): Promise<Reading> {
  const path = resolve(cwd, '.env');
  const name = displayPath(path, cwd);
  const read = await readTextFile(path, name);
  return {
    cwd,
    environment: mergeEnvironment(env, read.kind === 'text' ? { name, text: read.text } : null),
    problems:
      read.kind === 'problem' ? [read.problem] : read.kind === 'text' ? checkDotenv(name, read.text) : [],
    files: read.kind === 'text' ? [path] : [],
    watchedFiles: [path],
  };
}

/** Answers the file, an empty one where it may be absent and is; `askedBy` names who insists on it. */
export async function readYamlFile(
  reading: Reading,
  path: string,
  askedBy: string | null,
): Promise<YamlFile> {
  const name = displayPath(path, reading.cwd);
  const read = await readTextFile(path, name);
  reading.watchedFiles.push(path);
  if (read.kind === 'text') {
    reading.files.push(path);
    return readYaml(name, read.text, reading.environment.values);
  }
  const empty = readYaml(name, '', {});
  if (read.kind === 'absent' && askedBy === null) return empty;
  const problem = read.kind === 'problem' ? read.problem : absentFile(name, askedBy ?? '');
  return { ...empty, readable: false, problems: [problem] };
}

function absentFile(name: string, askedBy: string): Problem {
  const found = 'no such file';
  return {
    file: name,
    line: null,
    key: '',
    found,
    expected: `the file that ${askedBy} names`,
    message: 'check the path',
  };
}

/** Answers what the file says by the schema; null where there are problems, which are noted. */
export function check<Schema extends z.ZodType>(
  reading: Reading,
  file: YamlFile,
  schema: Schema,
): z.output<Schema> | null {
  const { data, problems } = validateFile(file, schema);
  reading.problems.push(...problems);
  return data;
}
