import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { describeError } from '../core/errors.ts';
import type { Problem } from './problem.ts';

export type FileRead =
  | { kind: 'text'; text: string }
  | { kind: 'absent' }
  | { kind: 'problem'; problem: Problem };

// Far beyond any configuration that people write.
const longestFileBytes = 4 * 1024 * 1024;

/** Reads a text file as UTF-8; an unreadable one becomes a problem under the given name. */
export async function readTextFile(path: string, name: string): Promise<FileRead> {
  const refuse = (found: string, message: string): FileRead => ({
    kind: 'problem',
    problem: { file: name, line: null, key: '', found, expected: 'a readable text file', message },
  });
  try {
    const stats = await stat(path);
    if (!stats.isFile())
      return refuse(stats.isDirectory() ? 'a folder' : 'something that is no file', 'name a file');
    if (stats.size > longestFileBytes)
      return refuse(`${stats.size} bytes`, `keep it under ${longestFileBytes} bytes`);
    const bytes = await readFile(path);
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (code === 'EACCES') return refuse('a file that may not be read', 'check its owner and mode');
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return refuse('bytes that are no UTF-8', 'save it as UTF-8');
    return refuse(describeError(error), 'see what the system says');
  }
}

/** Answers the path as a person in `cwd` would type it. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
