import type { Ctx } from '../../store/index.ts';
import { toRows } from './keep.ts';
import { addState, replaceState } from './queries.ts';
import { parseEntries, readText } from './text-file.ts';
import type { StatePlace } from './types.ts';

export type ImportCounts = {
  /** Files that were named. */
  files: number;
  /** Of these, those that are not there. */
  missing: number;
  /** Entries that are in the database now, and were not, or were others. */
  imported: number;
  /** Entries that were left alone, as the database has their keys. */
  skipped: number;
  /** Lines that are no entries. */
  invalid: number;
};

/** Moves text files into the database; what it has already stays as it is unless `isOverwriting`. */
export async function importFiles(
  ctx: Ctx,
  files: readonly Pick<StatePlace, 'namespace' | 'path'>[],
  isOverwriting: boolean,
): Promise<ImportCounts> {
  const counts: ImportCounts = { files: files.length, missing: 0, imported: 0, skipped: 0, invalid: 0 };
  for (const file of files) {
    const text = readText(file.path);
    if (text === null) {
      counts.missing++;
      continue;
    }
    const { entries, invalid } = parseEntries(text);
    const rows = toRows(file, entries, ctx.clock.now());
    if (isOverwriting) await replaceState(ctx, rows);
    const written = isOverwriting ? rows.length : await addState(ctx, rows);
    counts.imported += written;
    counts.skipped += rows.length - written;
    counts.invalid += invalid;
  }
  return counts;
}
