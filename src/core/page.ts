import { z } from 'zod';
import { AppError } from './errors.ts';
import { isStorable, text, wholeNumber } from './text.ts';

/** What every list takes beside its filters. */
export const pageInput = { cursor: text(200).optional(), limit: wholeNumber(1, 500).default(50) };

/** The answer of every list, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable(), limit: z.number() });
}

export type Page<Item> = { data: Item[]; next_cursor: string | null; limit: number };

/** Answers a page from `limit + 1` rows that were asked for: the extra row says that there is more, so no last page is empty. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  show: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: shown.map(show), next_cursor: more ? writeCursor(keyOf(last)) : null, limit };
}

/** Answers the cursor behind which a list goes on after the key. */
export function writeCursor(key: string): string {
  return Buffer.from(`c1:${key}`).toString('base64url');
}

/** Answers the key behind a cursor, null for none. Throws VALIDATION_ERROR for one that we did not write. */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const key = Buffer.from(cursor, 'base64url').toString();
  const isOurs = key.startsWith('c1:') && isStorable(key) && writeCursor(key.slice(3)) === cursor;
  if (isOurs) return key.slice(3);
  throw new AppError('VALIDATION_ERROR', 'cursor: is not one that a list answered', {
    details: { errors: [{ field: 'cursor', message: 'is not one that a list answered' }] },
  });
}
