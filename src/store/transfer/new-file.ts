import { existsSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';

/** What SQLite may leave beside a file. */
const besides = ['', '-journal', '-wal', '-shm'];

/**
 * Has a file made that only its user can read, under a name of its own, and gives it the right one when it is whole
 * and on disk. Throws CONFLICT where there is one that must not be overwritten.
 */
export async function makeFile(
  path: string,
  options: { overwrite: boolean },
  fill: (partialPath: string) => Promise<void>,
): Promise<void> {
  const isReserved = await reserve(path, options.overwrite);
  const partialPath = `${path}.partial-${process.pid}`;
  try {
    await writeFile(partialPath, '', { flag: 'wx', mode: 0o600 });
    await fill(partialPath);
    await syncToDisk(partialPath);
    await rename(partialPath, path);
    await syncToDisk(dirname(path));
  } catch (error) {
    await removeDatabaseFile(partialPath);
    if (isReserved) await rm(path, { force: true });
    throw error;
  }
}

/** Takes the name, so that two who want it at once do not both have it; answers whether it was free. */
async function reserve(path: string, overwrite: boolean): Promise<boolean> {
  try {
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!existsSync(path)) throw unwritable(path, error);
    if (overwrite) return false;
    throw new AppError(
      'CONFLICT',
      `there is a file ${path} already; name another, or overwrite it with --force`,
    );
  }
}

function unwritable(path: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('VALIDATION_ERROR', `cannot write ${path}: ${why}`, { cause });
}

/** Removes a SQLite file with what lies beside it. */
export async function removeDatabaseFile(path: string): Promise<void> {
  for (const beside of besides) await rm(`${path}${beside}`, { force: true });
}

/** Waits until the file, or what the folder lists, is on disk. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
