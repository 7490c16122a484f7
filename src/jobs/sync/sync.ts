import { join } from 'node:path';
import { describeError } from '../../core/errors.ts';
import { makeFolder } from '../../store/index.ts';
import {
  differInLockFiles,
  fetchBranch,
  mendTree,
  readStatus,
  requireCheckout,
  resetCheckout,
  tidyUp,
} from './checkout.ts';
import { inBrief } from './decide.ts';
import { withFileLock } from './file-lock.ts';
import { keepAside, refreshLinks, removeOtherTrees, saveLeftovers, stageTree } from './stage.ts';
import { findCheckout, isFinished, pointTo } from './trees.ts';
import type { Checkout, GuardedRequest, SyncRequest, SyncResult } from './types.ts';

/**
 * Brings in what `origin` has on the branch: in a tree of its own that is validated beside the one in use, swapped in at once,
 * and told by the checkout too. Never throws: what stood in the way is the result's problem, and the tree that is there stays.
 */
export async function syncCheckout(request: SyncRequest): Promise<SyncResult> {
  try {
    const gitDir = await requireCheckout(request);
    makeFolder(request.treesDir);
    return await withFileLock(join(gitDir, 'tocsin-sync.lock'), request, (guard) =>
      syncAlone({ ...request, guard }),
    );
  } catch (error) {
    // Asked anew and without a limit: a sync that was stopped still tells what is there.
    const there = await findCheckout(request, { ...request, signal: new AbortController().signal });
    const problem = inBrief(describeError(error));
    return { ...there, changed: false, problem, lockFileChanged: false, notes: [] };
  }
}

/** Every step may be the last one: the next sync goes over all of them again. */
async function syncAlone(request: GuardedRequest): Promise<SyncResult> {
  const { treesDir } = request;
  const before = await findCheckout(request, request);
  const revision = await fetchBranch(request);
  const tree = join(treesDir, revision);
  const notes = await putInPlace(tree, revision, before, request);
  // The checkout first: jobs that are in force and the tree they run in may differ for no longer than this takes.
  notes.push(...(await resetCheckout(revision, request)));
  await pointTo(tree, treesDir);
  // A run that has just been told of the tree before this one may not be known yet.
  notes.push(...(await removeOtherTrees([revision, before.revision], request)));
  const changed = before.revision !== revision;
  if (changed) notes.push(...(await tidyUp(request)));
  return {
    revision,
    cwd: tree,
    changed,
    problem: null,
    lockFileChanged: await differInLockFiles(before.revision, revision, request),
    notes,
  };
}

/** Makes the revision's tree, or puts the one that is there right. */
async function putInPlace(
  tree: string,
  revision: string,
  before: Checkout,
  request: GuardedRequest,
): Promise<string[]> {
  const there = (await isFinished(tree)) ? await readStatus(tree, request).catch(() => null) : null;
  if (there?.revision === revision) {
    if (before.revision !== revision) await request.validate(tree);
    // One that nobody touched is left alone: tasks may be at work in it.
    const notes = there.isClean ? [] : await mendTree(tree, request);
    await refreshLinks(tree, request);
    return notes;
  }
  const notes = before.cwd === request.repoDir ? [] : await saveLeftovers(before.cwd, request);
  const inTheWay = await stageTree(tree, request);
  return [...notes, ...(await keepAside(inTheWay, revision, request))];
}
