import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackage, isRunnable } from './programs.ts';

const debianRoot = '/usr/lib/postgresql';

function findPostgresBinaries(): string | undefined {
  const majors = existsSync(debianRoot) ? readdirSync(debianRoot) : [];
  const newestFirst = majors
    .sort((a, b) => Number(b) - Number(a))
    .map((major) => join(debianRoot, major, 'bin'));
  const folders = [...newestFirst, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => isRunnable(join(folder, name))));
}

/**
 * Answers the folder of PostgreSQL's programs, the newest of those installed. As root on a Debian-like system it
 * installs a missing PostgreSQL; elsewhere it throws and says what to install.
 */
export function requirePostgresBinaries(): string {
  const found = findPostgresBinaries();
  if (found) return found;
  installPackage('postgresql');
  const installed = findPostgresBinaries();
  if (installed) return installed;
  throw new Error('the tests need PostgreSQL: install it (Debian, Ubuntu: apt-get install postgresql)');
}
