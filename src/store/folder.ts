import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, describeError } from '../core/errors.ts';

/**
 * Makes the folder, and those above it that are not there; readable by us alone where nothing else is said. Throws what
 * the system says. Node's own way tries without end where a folder that is there takes no others, as `/proc`.
 */
export function makeFolder(path: string, mode = 0o700): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!existsSync(path) || !statSync(path).isDirectory()) throw error;
  }
}

type Trouble = { codes: readonly string[]; found: string; advice: string };

const another = 'name another by TOCSIN_DATA_DIR';

const troubles: readonly Trouble[] = [
  { codes: ['ENOENT'], found: 'it is not there and cannot be made', advice: another },
  { codes: ['EEXIST', 'ENOTDIR'], found: 'its path leads to a file, not to a folder', advice: another },
  {
    codes: ['EACCES', 'EPERM'],
    found: 'the user of this process may not write there',
    advice: `give it to that user, or ${another}`,
  },
  {
    codes: ['EROFS', 'SQLITE_READONLY'],
    found: 'nothing can be written there',
    advice: `make it writable, or ${another}`,
  },
  {
    codes: ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'],
    found: 'its disk is full',
    advice: `make room, or ${another}`,
  },
  {
    codes: ['SQLITE_CANTOPEN', 'SQLITE_IOERR'],
    found: 'its tocsin.db, or a file beside it, cannot be opened or written',
    advice: `look at their owner, their mode and the room on the disk, or ${another}`,
  },
];

/** Answers what is wrong with the data folder and what to do about it, as INTERNAL_SERVER_ERROR; null where the error is none of its. */
export function explainDataFolder(path: string, error: unknown): AppError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const trouble = troubles.find(({ codes }) => codes.includes(code));
  if (!trouble) return null;
  const said = describeError(error);
  return new AppError(
    'INTERNAL_SERVER_ERROR',
    `cannot use the data folder ${path}: ${trouble.found} (${said}); ${trouble.advice}`,
  );
}
