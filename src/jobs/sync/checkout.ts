import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hasPassed } from '../../core/clock.ts';
import { describeError } from '../../core/errors.ts';
import { inBrief, isLockFile } from './decide.ts';
import { runGit, unavailable } from './run-tool.ts';
import type { GuardedRequest } from './types.ts';

/** No command of ours holds it for as long. */
const indexLockLastsMs = 10 * 60_000;

/** Answers the checkout's git folder. Throws UNAVAILABLE where it is no checkout, or only a part of one. */
export async function requireCheckout(request: GuardedRequest): Promise<string> {
  const { repoDir } = request;
  if ((await stat(repoDir).catch(() => null)) === null) throw unavailable(`${repoDir} is not there`);
  const answer = await runGit(repoDir, ['rev-parse', '--show-prefix', '--git-common-dir'], request);
  const [prefix = '', gitDir = ''] = answer.split('\n');
  // Local edits of the whole repository would be discarded, which nobody has asked for.
  if (prefix !== '')
    throw unavailable(`${repoDir} is not the root of its git repository, but ${prefix} in it`);
  return resolve(repoDir, gitDir);
}

/** Fetches the branch, moved by force or not, and answers its commit. */
export async function fetchBranch(request: GuardedRequest): Promise<string> {
  const { repoDir, branch } = request;
  const remote = `refs/remotes/origin/${branch}`;
  const options = [
    '--quiet',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
  ];
  await runGit(repoDir, ['fetch', ...options, 'origin', `+refs/heads/${branch}:${remote}`], request);
  return runGit(repoDir, ['rev-parse', '--verify', `${remote}^{commit}`], request);
}

/** Lets git tidy up where it thinks it should; answers what it says against that. */
export async function tidyUp(request: GuardedRequest): Promise<string[]> {
  const tidying = runGit(request.repoDir, ['gc', '--auto', '--quiet'], request);
  return tidying.then(() => []).catch((error: unknown) => [inBrief(describeError(error))]);
}

/** What git says of a working tree. */
export type TreeStatus = {
  /** The commit that is checked out; null: none yet. */
  revision: string | null;
  /** Null: none is. */
  branch: string | null;
  /** Whether no tracked file was touched. Submodules are not looked at. */
  isClean: boolean;
};

/** Answers what git says of a working tree. Throws UNAVAILABLE where it is none. */
export async function readStatus(dir: string, request: GuardedRequest): Promise<TreeStatus> {
  const options = ['--porcelain=v2', '--branch', '--untracked-files=no', '--ignore-submodules=all'];
  const lines = (await runGit(dir, ['status', ...options], request)).split('\n');
  const read = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const [revision = '(initial)', branch = '(detached)'] = [read('branch.oid'), read('branch.head')];
  return {
    revision: revision === '(initial)' ? null : revision,
    branch: branch === '(detached)' ? null : branch,
    isClean: lines.every((line) => line.startsWith('#')),
  };
}

/** Makes tracked files of the checkout those of the revision. A branch of another name stays where it is. */
export async function resetCheckout(revision: string, request: GuardedRequest): Promise<string[]> {
  const { repoDir, branch } = request;
  const there = await readStatus(repoDir, request);
  if (there.isClean && there.revision === revision) return [];
  const how =
    there.branch === branch ? ['reset', '--quiet', '--hard'] : ['checkout', '--quiet', '--force', '--detach'];
  return withoutStaleLock(repoDir, request, () => runGit(repoDir, [...how, revision], request));
}

/** Undoes what was done to tracked files of a tree. */
export async function mendTree(tree: string, request: GuardedRequest): Promise<string[]> {
  const notes = await withoutStaleLock(tree, request, () =>
    runGit(tree, ['reset', '--quiet', '--hard'], request),
  );
  return [...notes, `undid changes of tracked files in ${tree}`];
}

/** A git that was killed leaves its lock behind, and every later one refuses to work: an old one is removed. */
async function withoutStaleLock(
  dir: string,
  request: GuardedRequest,
  work: () => Promise<unknown>,
): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    const path = resolve(dir, await runGit(dir, ['rev-parse', '--git-path', 'index.lock'], request));
    const lock = await stat(path).catch(() => null);
    if (lock === null || !hasPassed(indexLockLastsMs, lock.mtimeMs, request.clock.now())) throw error;
    await rm(path, { force: true });
    await work();
    return [`removed ${path}, which a git that was killed has left behind`];
  }
}

/** Answers whether files that say what is to be installed differ between two revisions. */
export async function differInLockFiles(
  before: string | null,
  after: string,
  request: GuardedRequest,
): Promise<boolean> {
  if (before === null || before === after) return false;
  const args = ['diff', '--name-only', '--no-renames', '-z', before, after];
  // A revision that git has forgotten tells nothing about what is installed.
  const listed = await runGit(request.repoDir, args, request).catch(() => '');
  return listed.split('\0').some(isLockFile);
}
