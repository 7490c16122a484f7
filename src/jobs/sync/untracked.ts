import { cp, lstat, mkdir, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isInstalled } from './decide.ts';
import { runGit } from './run-tool.ts';
import type { Limits } from './types.ts';

/** Answers what lies in the checkout and not in git, ignored or not; a folder that is all untracked is one entry. */
export async function listUntracked(dir: string, limits: Limits): Promise<string[]> {
  const listed = await runGit(dir, ['ls-files', '--others', '--directory', '-z'], limits);
  return listed
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => path.replace(/\/$/, ''));
}

/** Links entries of one folder into another; answers those that stand in the way of what is there already. */
export async function linkEntries(from: string, to: string, paths: readonly string[]): Promise<string[]> {
  const inTheWay: string[] = [];
  for (const path of paths) inTheWay.push(...(await linkEntry(from, to, path)));
  return inTheWay;
}

async function linkEntry(from: string, to: string, path: string): Promise<string[]> {
  const [source, target] = [join(from, path), join(to, path)];
  const there = await lstat(target).catch(() => null);
  if (there === null) return (await makeLink(source, target, to)) ? [] : [path];
  if (there.isSymbolicLink() && (await readlink(target)) === source) return [];
  if (!there.isDirectory() || !(await lstat(source)).isDirectory()) return [path];
  const names = await readdir(source);
  return linkEntries(
    from,
    to,
    names.map((name) => join(path, name)),
  );
}

/** Answers false where a file, or a link that leads elsewhere, stands in the place of a folder above it. */
async function makeLink(source: string, target: string, root: string): Promise<boolean> {
  const folder = dirname(target);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'EEXIST')) return false;
    throw error;
  }
  const real = await realpath(folder);
  if (real !== join(await realpath(root), relative(root, folder))) return false;
  await symlink(source, target);
  return true;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Links the submodules of a tree to those of the checkout: they are as its owner has them. */
export async function linkSubmodules(repoDir: string, tree: string, limits: Limits): Promise<void> {
  const listed = await runGit(tree, ['ls-files', '--stage', '-z'], limits);
  for (const entry of listed.split('\0')) {
    const [kind, path] = entry.split('\t');
    if (!kind?.startsWith('160000 ') || path === undefined) continue;
    const source = join(repoDir, path);
    if ((await stat(source).catch(() => null)) === null) continue;
    await rm(join(tree, path), { recursive: true, force: true });
    await symlink(source, join(tree, path));
  }
}

/** Copies what tasks have left in a tree to the checkout, where the next tree finds it: all but links into the checkout, what was installed, and what is older than what is there. */
export async function carryLeftovers(
  tree: string,
  repoDir: string,
  madeWithTree: readonly string[],
  limits: Limits,
): Promise<void> {
  const known = new Set(madeWithTree);
  for (const path of await listUntracked(tree, limits)) {
    if (known.has(path) || isInstalled(path)) continue;
    const source = join(tree, path);
    if ((await lstat(source)).isSymbolicLink() && (await readlink(source)).startsWith(`${repoDir}/`))
      continue;
    await cp(source, join(repoDir, path), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: isNewer,
    });
  }
}

async function isNewer(source: string, target: string): Promise<boolean> {
  const there = await lstat(target).catch(() => null);
  const here = await lstat(source);
  return there === null || here.isDirectory() || here.mtimeMs > there.mtimeMs;
}
