import { resolve } from 'node:path';
import { toIso } from '../core/clock.ts';
import { parseDurationMs } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';
import { exportTo, type Imported, importFrom, takeBack } from '../hand-over.ts';
import { type DatabaseOptions, findDatabase, printResult } from './whole-database.ts';

/** Runs `tocsin state export`. */
export async function runStateExport(
  file: string,
  options: DatabaseOptions & { handOver?: true; wait: string; force?: true },
): Promise<void> {
  const { store, log } = await findDatabase(options);
  const path = resolve(file);
  const handOver = options.handOver === true;
  const request = { path, overwrite: options.force === true, handOver, waitMs: readWait(options.wait) };
  const rows = await exportTo(store, request, log);
  const after = handOver
    ? 'this database takes no changes any more, and servers on it send nothing; tocsin state resume takes it back'
    : 'this host goes on: use it for a trial, or export again with --hand-over';
  printResult(
    options,
    { file: path, handed_over: handOver, rows },
    `wrote ${path}\n${describe(rows)}\n${after}`,
  );
}

/** Runs `tocsin state import`. */
export async function runStateImport(
  file: string,
  options: DatabaseOptions & { force?: true },
): Promise<void> {
  const { store, log } = await findDatabase(options);
  const { rows, handedOver } = await importFrom(store, resolve(file), options.force === true, log);
  const after = handedOver
    ? 'the host that wrote it sends nothing any more'
    : 'the file was not handed over: the host that wrote it goes on, and both would tell people';
  printResult(
    options,
    { file: resolve(file), handed_over: handedOver, rows },
    `took ${file}\n${describe(rows)}\n${after}`,
  );
}

/** Runs `tocsin state resume`. */
export async function runStateResume(options: DatabaseOptions): Promise<void> {
  const { store, log } = await findDatabase(options);
  const sinceAt = await takeBack(store, log);
  const text =
    sinceAt === null
      ? 'this database is open: there is nothing to take back'
      : `taken back what was handed over at ${toIso(sinceAt)}; a host that has imported it must not run`;
  printResult(options, { resumed: sinceAt !== null, handed_over_at: toIso(sinceAt) }, text);
}

function readWait(text: string): number {
  const waitMs = parseDurationMs(text);
  if (waitMs === null)
    throw new AppError('VALIDATION_ERROR', `--wait: "${text}" is no duration such as 60s or 5m`);
  return waitMs;
}

function describe(rows: Imported['rows']): string {
  return Object.entries(rows)
    .map(([table, count]) => `  ${String(count).padStart(7)}  ${table.replaceAll('_', ' ')}`)
    .join('\n');
}
