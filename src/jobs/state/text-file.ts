import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, describeError } from '../../core/errors.ts';
import { makeFolder } from '../../store/index.ts';
import { isKey, isValue } from './types.ts';

/*
 * Text files of `key:value` lines. They are small and are read and replaced in one go, so that nothing else of this
 * process comes between.
 */

export type Entries = Map<string, string>;

const ownerOnly = 0o600;

/** Answers the lines as entries, of which the last one of a key counts, and how many lines are none. */
export function parseEntries(text: string): { entries: Entries; invalid: number } {
  const entries: Entries = new Map();
  let invalid = 0;
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf(':');
    const [key, value] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
    if (at > 0 && isKey(key) && isValue(value)) entries.set(key, value);
    else invalid++;
  }
  return { entries, invalid };
}

/** Answers entries as lines in the order of their keys. */
export function formatEntries(entries: Iterable<readonly [string, string]>): string {
  const sorted = [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([key, value]) => `${key}:${value}\n`).join('');
}

/** Answers the text of the file; null where there is none. Throws UNAVAILABLE where it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw broken('read', path, error);
  }
}

/** Replaces the file whole, with the mode that it has; a new one is for its owner alone. Throws UNAVAILABLE. */
export function replaceText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path), 0o777);
    writeFileSync(temporary, text, { mode: ownerOnly });
    const before = statSync(path, { throwIfNoEntry: false });
    if (before) chmodSync(temporary, before.mode & 0o777);
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw broken('written', path, error);
  }
}

/** Changes the entries of the file. */
export function changeText(path: string, change: (entries: Entries) => void): void {
  const { entries } = parseEntries(readText(path) ?? '');
  change(entries);
  replaceText(path, formatEntries(entries));
}

function broken(done: string, path: string, cause: unknown): AppError {
  return new AppError('UNAVAILABLE', `the cache file ${path} cannot be ${done}: ${describeError(cause)}`, {
    cause,
  });
}
