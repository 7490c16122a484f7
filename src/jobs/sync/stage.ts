import { cp, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeError } from '../../core/errors.ts';
import { inBrief, isInstalled } from './decide.ts';
import { runGit, runTool } from './run-tool.ts';
import { dropTree, finishTree, isFinished, listTrees, readMark } from './trees.ts';
import type { GuardedRequest } from './types.ts';
import { carryLeftovers, linkEntries, linkSubmodules, listUntracked } from './untracked.ts';

const postCommandTimeoutMs = 15 * 60_000;

/**
 * Makes a tree of the revision beside the others, with what is untracked in the checkout linked into it, and has it validated and
 * its dependencies installed. Answers the untracked entries of the checkout that the revision has files of its own for.
 * Throws what stood in the way; nothing is left then.
 */
export async function stageTree(tree: string, request: GuardedRequest): Promise<string[]> {
  const { repoDir } = request;
  await dropTree(tree);
  try {
    await runGit(repoDir, ['worktree', 'add', '--force', '--detach', tree, basename(tree)], request);
    const { postCommand } = await request.validate(tree);
    const isInstalled = postCommand !== null;
    const inTheWay = await linkUntracked(tree, isInstalled, request);
    if (postCommand !== null) await install(tree, postCommand, request);
    await finishTree(tree, { isInstalled, madeWithTree: await listUntracked(tree, request) });
    return inTheWay;
  } catch (error) {
    // The first error tells more than one of the clearing up; the next sync begins with it again.
    await dropTree(tree).catch(() => undefined);
    throw error;
  }
}

/** Links again what is untracked in the checkout into a tree that is there: more of it may have come. */
export async function refreshLinks(tree: string, request: GuardedRequest): Promise<void> {
  await linkUntracked(tree, (await readMark(tree)).isInstalled, request);
}

/** Where a command installs what tasks need, it does so in each tree anew: through a link it would change what others run with. */
async function linkUntracked(tree: string, installs: boolean, request: GuardedRequest): Promise<string[]> {
  const { repoDir } = request;
  const untracked = await listUntracked(repoDir, request);
  const linked = installs ? untracked.filter((path) => !isInstalled(path)) : untracked;
  const inTheWay = await linkEntries(repoDir, tree, linked);
  const hasSubmodules = (await stat(join(tree, '.gitmodules')).catch(() => null)) !== null;
  if (hasSubmodules && !installs) await linkSubmodules(repoDir, tree, request);
  return inTheWay;
}

async function install(tree: string, argv: readonly string[], request: GuardedRequest): Promise<void> {
  try {
    await runTool({ argv, cwd: tree, timeoutMs: postCommandTimeoutMs }, request);
  } catch (error) {
    throw new Error('sync.post_command', { cause: error });
  }
}

/** Copies untracked files that are about to be overwritten to a folder beside the trees. */
export async function keepAside(
  paths: readonly string[],
  revision: string,
  request: GuardedRequest,
): Promise<string[]> {
  const aside = join(request.treesDir, 'kept', revision);
  for (const path of paths)
    await cp(join(request.repoDir, path), join(aside, path), { recursive: true, verbatimSymlinks: true });
  if (paths.length === 0) return [];
  return [`untracked files are tracked now; what they held is kept in ${aside}: ${paths.join(', ')}`];
}

/** Copies what tasks left in a tree to the checkout; answers what could not be. */
export async function saveLeftovers(tree: string, request: GuardedRequest): Promise<string[]> {
  if (!(await isFinished(tree))) return [];
  try {
    const { madeWithTree } = await readMark(tree);
    await carryLeftovers(tree, request.repoDir, madeWithTree, request);
    return [];
  } catch (error) {
    return [`what tasks left in ${tree} could not be kept: ${inBrief(describeError(error))}`];
  }
}

/** Removes the trees that nobody needs; answers what could not be done. */
export async function removeOtherTrees(
  needed: readonly (string | null)[],
  request: GuardedRequest,
): Promise<string[]> {
  try {
    const keep = new Set([...needed, ...(await request.revisionsInUse())]);
    const notes: string[] = [];
    for (const revision of await listTrees(request.treesDir)) {
      if (keep.has(revision)) continue;
      const tree = join(request.treesDir, revision);
      notes.push(...(await saveLeftovers(tree, request)));
      await dropTree(tree);
    }
    return notes;
  } catch (error) {
    return [`old trees stay: ${inBrief(describeError(error))}`];
  }
}
