import { constants, existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../core/errors.ts';
import type { Ctx, RunRow } from '../store/index.ts';
import { selectTaskRuns } from './queries.ts';
import { requireRun } from './require.ts';

const chunkBytes = 64 * 1024;
const lookEveryMs = 500;
const streams = ['stdout', 'stderr'] as const;

/** A part of what a task wrote. */
export type LogPiece = { task: string; stream: (typeof streams)[number]; text: string };

export type LogsWanted = {
  runId: string;
  /** Null: of all tasks. */
  task: string | null;
  /** Goes on until the run is over. */
  follow: boolean;
  signal: AbortSignal;
  /** The name of this machine. */
  host: string;
};

/**
 * Answers what the tasks of a run wrote, task by task, and while it is followed in the order of arrival; null where
 * nothing new has come for a moment. Throws NOT_FOUND, also where the output is on another machine or removed.
 */
export async function openLogs(ctx: Ctx, wanted: LogsWanted): Promise<AsyncGenerator<LogPiece | null>> {
  const run = await requireRun(ctx, wanted.runId);
  const folder = run.artifacts_dir;
  if (folder !== null && !existsSync(folder)) throw explainMissing(run, wanted.host);
  if (folder === null && isOver(run))
    throw new AppError('NOT_FOUND', `the run ${run.run_id} kept no output: ${run.error ?? run.status}`);
  return readLogs(ctx, wanted);
}

function explainMissing({ run_id, host, artifacts_dir }: RunRow, here: string): AppError {
  const isHere = host === here;
  const instead = `\`tocsin runs show ${run_id}\` still has the last lines of each task`;
  const text = isHere
    ? `the output of ${run_id} was removed from ${artifacts_dir}: retention.artifacts says how long and how much is kept; ${instead}`
    : `the output of ${run_id} is not on ${here}: ${host} kept it, so ask there; ${instead}`;
  return new AppError('NOT_FOUND', text, { details: { reason: isHere ? 'removed' : 'elsewhere', host } });
}

async function* readLogs(
  ctx: Ctx,
  { runId, task, follow, signal }: LogsWanted,
): AsyncGenerator<LogPiece | null> {
  const files = new Map<string, OutputFile>();
  while (!signal.aborted) {
    // Asked first: what is written before the end is read after it.
    const run = await requireRun(ctx, runId);
    const rows = run.kind === 'task' ? [run] : await selectTaskRuns(ctx, runId);
    let isNew = false;
    for (const row of rows.filter((row) => task === null || row.task === task)) {
      for await (const piece of readTask(row, files)) {
        isNew = true;
        yield piece;
      }
    }
    if (!follow || isOver(run)) return;
    if (!isNew) yield null;
    await ctx.clock.wait(lookEveryMs, signal);
  }
}

async function* readTask(row: RunRow, files: Map<string, OutputFile>): AsyncGenerator<LogPiece> {
  if (row.artifacts_dir === null) return;
  for (const stream of streams) {
    const path = join(row.artifacts_dir, `${stream}.log`);
    const file = files.get(path) ?? { path, offset: 0, decoder: new StringDecoder('utf8') };
    files.set(path, file);
    for await (const text of readOn(file)) yield { task: row.task ?? '', stream, text };
  }
}

/** A file that is read from where it was left, never through a character. */
type OutputFile = { path: string; offset: number; decoder: StringDecoder };

async function* readOn(file: OutputFile): AsyncGenerator<string> {
  const handle = await openIfThere(file.path);
  if (!handle) return;
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, file.offset);
      if (bytesRead === 0) return;
      file.offset += bytesRead;
      const text = file.decoder.write(buffer.subarray(0, bytesRead));
      if (text !== '') yield text;
    }
  } finally {
    await handle.close();
  }
}

// A task may have put a link or a pipe in the place of its log: neither is followed nor waited for.
const asItIs = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const notThere: readonly (string | undefined)[] = ['ENOENT', 'ELOOP'];

/** A task that has just begun has written nothing yet, and the folder of an old run may go while it is read. */
async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, asItIs);
  } catch (error) {
    if (notThere.includes((error as NodeJS.ErrnoException).code)) return null;
    throw error;
  }
}

function isOver({ status }: RunRow): boolean {
  return status !== 'queued' && status !== 'running';
}

/** Answers what writes pieces for people: a heading wherever another task or output goes on. */
export function createLogWriter(): (piece: LogPiece) => string {
  let last = '';
  let isOpenLine = false;
  return ({ task, stream, text }) => {
    const name = `${task} ${stream}`;
    const heading = name === last ? '' : `${isOpenLine ? '\n' : ''}==> ${name} <==\n`;
    last = name;
    isOpenLine = !text.endsWith('\n');
    return heading + text;
  };
}
