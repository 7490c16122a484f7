import { readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRevision } from './decide.ts';
import { runGit } from './run-tool.ts';
import type { Checkout, Limits } from './types.ts';

const pointerName = 'current';

/** What is known of a tree since it was made. */
export type TreeMark = {
  /** Whether a command has installed what tasks need in it. */
  isInstalled: boolean;
  /** What was made in it beside what git has put there. */
  madeWithTree: readonly string[];
};

/** Answers what tasks are to run in now: the tree that was put in place last, or the checkout where there never was one. */
export async function findCheckout(
  place: { repoDir: string; treesDir: string },
  limits: Limits,
): Promise<Checkout> {
  const tree = await findTree(place.treesDir);
  if (tree !== null) return tree;
  const head = await runGit(place.repoDir, ['rev-parse', '--verify', 'HEAD'], limits).catch(() => null);
  return { revision: head, cwd: place.repoDir };
}

/** Answers the tree that was put in place last; null where there never was one. */
export async function findTree(treesDir: string): Promise<{ revision: string; cwd: string } | null> {
  const revision = await readlink(join(treesDir, pointerName)).catch(() => null);
  if (revision === null || !(await isFinished(join(treesDir, revision)))) return null;
  return { revision, cwd: join(treesDir, revision) };
}

/** Lets tasks that start from now on see this tree, all at once. */
export async function pointTo(tree: string, treesDir: string): Promise<void> {
  const pointer = join(treesDir, pointerName);
  // One of a sync that was killed may be there; the lock keeps others away.
  const next = `${pointer}.next`;
  await rm(next, { force: true });
  await symlink(basename(tree), next);
  await rename(next, pointer);
}

/** Notes that the tree is whole, and what is to be known of it later. */
export async function finishTree(tree: string, mark: TreeMark): Promise<void> {
  const next = `${markOf(tree)}.next`;
  await writeFile(next, JSON.stringify(mark), { mode: 0o600 });
  await rename(next, markOf(tree));
}

/** Answers what was noted when the tree was made. */
export async function readMark(tree: string): Promise<TreeMark> {
  return JSON.parse(await readFile(markOf(tree), 'utf8')) as TreeMark;
}

/** Answers whether the tree was made to its end. A sync that was killed on the way leaves one that was not. */
export async function isFinished(tree: string): Promise<boolean> {
  const parts = await Promise.all([tree, markOf(tree)].map((path) => stat(path).catch(() => null)));
  return parts.every((part) => part !== null);
}

/** Removes the tree; one that is only half removed counts as never made. */
export async function dropTree(tree: string): Promise<void> {
  await rm(markOf(tree), { force: true });
  await rm(tree, { recursive: true, force: true });
}

/** Answers the revisions that have a tree, whole or not. */
export async function listTrees(treesDir: string): Promise<string[]> {
  const names = await readdir(treesDir);
  return [...new Set(names.map((name) => name.replace(/\.json$/, '')))].filter(isRevision);
}

function markOf(tree: string): string {
  return `${tree}.json`;
}
