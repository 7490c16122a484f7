import { constants } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toIso } from '../core/clock.ts';
import { makeFolder, type RunRow } from '../store/index.ts';

/*
 * What a run leaves on disk: a folder named after its start, readable by us alone. Nothing here keeps a run from going
 * on: what the disk refuses is answered as a problem, with its errno.
 */

/** As the folder of a run is called: the second of its start, and its number where there are several. */
export const runFolderName = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?$/;

const maxFresh = 10_000;

/** Where a task writes, and where its outputs are kept. */
export type TaskFolder = { path: string; stdoutPath: string; stderrPath: string };

type RunFacts = Pick<RunRow, 'run_id' | 'status' | 'started_at' | 'finished_at' | 'exit_code'>;

/**
 * Makes the folder of a run that has begun, with `payload.json` and `run.json`. The second of the same second, of whatever
 * process, gets `-2` after its name.
 */
export async function makeRunFolder(
  root: string,
  run: RunFacts & Pick<RunRow, 'trigger_payload'>,
  nowMs: number,
): Promise<{ path: string } | { problem: string }> {
  return orProblem(async () => {
    makeFolder(root);
    const path = await makeFresh(root, nameAfter(run.started_at ?? nowMs));
    try {
      await writeFile(payloadOf(path), run.trigger_payload ?? '{}', { mode: 0o600 });
      await replaceRunFile(path, run, nowMs);
    } catch (error) {
      // Nobody would know whose it is.
      await rm(path, { recursive: true, force: true });
      throw error;
    }
    return { path };
  });
}

/** Makes the place of a task: the run's own folder for the only task of a run (`name` is null), else one in it. */
export function makeTaskFolder(
  runFolder: string,
  name: string | null,
): Promise<TaskFolder | { problem: string }> {
  return orProblem(async () => {
    // A task may be called like a file of the run.
    const path = name === null ? runFolder : await makeFresh(runFolder, name);
    return { path, stdoutPath: join(path, 'stdout.log'), stderrPath: join(path, 'stderr.log') };
  });
}

/** Writes `run.json` anew, whole or not at all; answers why it could not be, or null. */
export async function writeRunFile(path: string, run: RunFacts, nowMs: number): Promise<string | null> {
  const written = await orProblem(async () => {
    await replaceRunFile(path, run, nowMs);
    return { path };
  });
  return 'problem' in written ? written.problem : null;
}

async function replaceRunFile(path: string, run: RunFacts, nowMs: number): Promise<void> {
  const facts = {
    run_id: run.run_id,
    status: run.status,
    timestamp: toIso(nowMs),
    payload_path: payloadOf(path),
    artifacts_dir: path,
    started_at: toIso(run.started_at),
    finished_at: toIso(run.finished_at),
    exit_code: run.exit_code,
  };
  const draft = join(path, '.run.json.new');
  const text = `${JSON.stringify(facts, null, 2)}\n`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, join(path, 'run.json'));
  } catch (error) {
    await rm(draft, { force: true });
    if (!hasCode(error, 'ENOSPC') || !(await overwrite(join(path, 'run.json'), text))) throw error;
  }
}

/** Writes over a file, which needs no further room on a full disk; answers false where that fails too. */
async function overwrite(path: string, text: string): Promise<boolean> {
  // Why the file could not be replaced says more than why this failed.
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW).catch(() => null);
  if (!file) return false;
  try {
    await file.write(text, 0);
    await file.truncate(Buffer.byteLength(text));
    return true;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** `mkdir` succeeds for one process only: no two runs get the same folder. */
async function makeFresh(root: string, name: string): Promise<string> {
  for (let number = 1; number <= maxFresh; number++) {
    const path = join(root, number === 1 ? name : `${name}-${number}`);
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
  throw new Error(`EEXIST: ${root} holds ${maxFresh} folders named ${name}`);
}

/** Answers whether the system refused something for that reason. */
export function hasCode(error: unknown, code: 'EEXIST' | 'ENOENT' | 'ENOSPC'): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** `2026-03-01T12:00:00.123Z` is `20260301T120000Z`. */
function nameAfter(epochMs: number): string {
  return toIso(epochMs)
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
}

/** Answers where a run's folder holds what set it off. */
export function payloadOf(path: string): string {
  return join(path, 'payload.json');
}

/** Answers what was made, or why it could not be: what the disk refuses ends nothing else. */
export async function orProblem<Made>(make: () => Promise<Made>): Promise<Made | { problem: string }> {
  try {
    return await make();
  } catch (error) {
    // The run is worth more than what it leaves: it goes on without.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
