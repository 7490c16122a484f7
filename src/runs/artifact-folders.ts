import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, orProblem, runFolderName } from './artifacts.ts';

/** Ours are smaller; a task may have put a pipe or a film in the place. */
const mostRunFileBytes = 64 * 1024;
const runIdForm = /^run_[0-9A-Z]{26}$/;

/** A folder that a run left on this machine. */
export type FoundFolder = {
  path: string;
  /** When its run began. */
  atMs: number;
  sizeBytes: number;
  /** Null: nothing says whose it is. */
  runId: string | null;
};

/** Answers the folders that runs left, those alone whose names are theirs; none where there is no such place. */
export async function listRunFolders(root: string): Promise<FoundFolder[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(orNothing);
  const found: FoundFolder[] = [];
  // One by one: there is no hurry, and others want the disk.
  for (const entry of entries) {
    const { name } = entry;
    const atMs = readTime(name);
    // What a task has put in the place of its folder, a link to anywhere, is left alone.
    if (atMs === null || !entry.isDirectory()) continue;
    const path = join(root, name);
    found.push({ path, atMs, sizeBytes: await measure(path), runId: await readRunId(path) });
  }
  return found;
}

/** Removes a folder with all that is in it; answers why it could not, or null. */
export async function removeRunFolder(path: string): Promise<string | null> {
  const removed = await orProblem(async () => {
    await rm(path, { recursive: true, force: true });
    return {};
  });
  return 'problem' in removed ? removed.problem : null;
}

/** `20260301T120000Z-2` was made at noon. */
function readTime(name: string): number | null {
  const [, year, month, day, hour, minute, second] = runFolderName.exec(name) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(atMs) ? null : atMs;
}

/** What is linked to is not counted, and what is gone or closed to us neither. Node's own walk would follow links. */
async function measure(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sizeBytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sizeBytes += await measure(path);
    if (!entry.isFile()) continue;
    const file = await lstat(path).catch(() => null);
    sizeBytes += file?.size ?? 0;
  }
  return sizeBytes;
}

async function readRunId(folder: string): Promise<string | null> {
  try {
    const path = join(folder, 'run.json');
    const file = await lstat(path);
    if (!file.isFile() || file.size > mostRunFileBytes) return null;
    const facts = JSON.parse(await readFile(path, 'utf8')) as { run_id?: unknown } | null;
    const runId = facts?.run_id;
    return typeof runId === 'string' && runIdForm.test(runId) ? runId : null;
  } catch {
    // A task may have written over it, or the disk have refused it: its age decides then.
    return null;
  }
}

function orNothing(error: unknown): never[] {
  if (hasCode(error, 'ENOENT')) return [];
  throw error;
}
