import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../src/core/clock.ts';
import { type NewJobs, type SyncRequest, type SyncResult, syncCheckout } from '../src/jobs/index.ts';

const author = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgsign=false'];

/** Runs git and answers what it printed. */
export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', [...author, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Writes a file and the folders above it. */
export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export type CheckoutHarness = {
  root: string;
  /** The bare repository that is fetched from. */
  origin: string;
  /** Where changes of the branch are made; what is there is what `push` takes. */
  elsewhere: string;
  repoDir: string;
  treesDir: string;
  /** What was validated, in order. */
  validated: string[];
  /** Changes files on the branch; null removes one. Answers the new revision. */
  push(files: Readonly<Record<string, string | null>>): string;
  sync(changes?: Partial<SyncRequest & NewJobs>): Promise<SyncResult>;
  read(...path: string[]): string;
};

/** Makes the folders that every test begins with a copy of. */
function makeTemplate(): string {
  const root = mkdtempSync(join(tmpdir(), 'tocsin-sync-'));
  git(root, 'init', '--quiet', '--bare', '--template=', '--initial-branch=main', 'origin.git');
  commit(root, {
    'automation/jobs.yaml': 'profiles: {}\n',
    'checks/a.sh': 'echo one\n',
    '.gitignore': '.env\n',
  });
  git(root, 'clone', '--quiet', '--template=', 'origin.git', 'repo');
  git(join(root, 'repo'), 'remote', 'set-url', 'origin', '../origin.git');
  return root;
}

function commit(root: string, files: Readonly<Record<string, string | null>>): string {
  const elsewhere = join(root, 'elsewhere');
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(elsewhere, path), { recursive: true });
    else write(join(elsewhere, path), text);
  }
  const there = ['--git-dir', join(root, 'origin.git'), '--work-tree', elsewhere];
  git(elsewhere, ...there, 'add', '--all', '--force');
  git(elsewhere, ...there, 'commit', '--quiet', '--allow-empty', '--message', 'change');
  return readFileSync(join(root, 'origin.git/refs/heads/main'), 'utf8').trim();
}

/** Answers what makes checkouts whose origin is on this machine, with one script and one profile; each is removed when its test ends. */
export function createCheckouts(): { make(): CheckoutHarness; remove(): void } {
  const template = makeTemplate();
  return {
    make() {
      const root = mkdtempSync(join(tmpdir(), 'tocsin-sync-'));
      onTestFinished(() => rmSync(root, { recursive: true, force: true }));
      cpSync(template, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      return createHarness(root);
    },
    remove: () => rmSync(template, { recursive: true, force: true }),
  };
}

function createHarness(root: string): CheckoutHarness {
  const validated: string[] = [];
  const places = { repoDir: join(root, 'repo'), treesDir: join(root, 'data', 'trees') };
  return {
    root,
    origin: join(root, 'origin.git'),
    elsewhere: join(root, 'elsewhere'),
    ...places,
    validated,
    push: (files) => commit(root, files),
    sync: ({ postCommand = null, ...changes } = {}) =>
      syncCheckout({
        ...places,
        branch: 'main',
        async validate(dir) {
          validated.push(dir);
          return { postCommand };
        },
        revisionsInUse: async () => [],
        clock: createSystemClock(),
        signal: new AbortController().signal,
        ...changes,
      }),
    read: (...path) => readFileSync(join(...path), 'utf8'),
  };
}
