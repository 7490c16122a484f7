import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const debianRoot = '/usr/lib/postgresql';

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Missing or not ours to run: the caller looks in the next folder.
    return false;
  }
}

function findPostgresBinaries(): string | undefined {
  const majors = existsSync(debianRoot) ? readdirSync(debianRoot) : [];
  const newestFirst = majors
    .sort((a, b) => Number(b) - Number(a))
    .map((major) => join(debianRoot, major, 'bin'));
  const folders = [...newestFirst, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => isRunnable(join(folder, name))));
}

function installPostgres(): void {
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'postgresql');
}

/**
 * Answers the folder of PostgreSQL's programs, the newest of those installed. As root on a Debian-like system it
 * installs a missing PostgreSQL; elsewhere it throws and says what to install.
 */
export function requirePostgresBinaries(): string {
  const found = findPostgresBinaries();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) installPostgres();
  const installed = findPostgresBinaries();
  if (installed) return installed;
  throw new Error('the tests need PostgreSQL: install it (Debian, Ubuntu: apt-get install postgresql)');
}
