import {
  deleteAllInhibitors,
  deleteInhibitors,
  listInhibitors,
  listLive,
  type NotedRow,
  noteInhibitors,
} from '../alerts/index.ts';
import type { Config } from '../config/types.ts';
import { type InhibitorRow, writeLater } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { notesOf } from './inhibition-test.ts';

const liveAtOnce = 500;
const notedAtOnce = 250;
/** Many end together: then more of them are cleared away at once. */
const slicesAtMost = 20;

const start: InhibitorRow = { inhibition_key: '', alert_ref: '' };

/**
 * Answers the chore that keeps true which alerts are noted as inhibiting others: of inhibitions that are new to it, it notes
 * the alerts that were live before; and it clears away, slice by slice, what inhibits nothing any more.
 */
export function createInhibitorNotes(): (ctx: FlowCtx) => Promise<number> {
  let known: Config['inhibitions'] | null = null;
  let after = start;
  return async (ctx) => {
    const { inhibitions } = ctx.config;
    if (known !== inhibitions) await (inhibitions.length > 0 ? noteLive(ctx) : deleteAllInhibitors(ctx));
    known = inhibitions;
    if (inhibitions.length === 0) return 0;
    for (let slices = 0; slices < slicesAtMost; slices++) {
      const cleared = await clearSlice(ctx, after);
      after = cleared.after ?? start;
      if (cleared.rows === 0 || cleared.after === null) break;
    }
    return 0;
  };
}

async function noteLive(ctx: FlowCtx): Promise<void> {
  let place: string | undefined = '';
  while (place !== undefined) {
    const live = await listLive(ctx, place, liveAtOnce);
    await writeLater(ctx, noteInhibitors(ctx, notesOf(ctx, live)));
    place = live.length < liveAtOnce ? undefined : live.at(-1)?.place;
  }
}

/** Answers how many rows were cleared away, and the last row that was looked at; null: it was the last of all. */
async function clearSlice(
  ctx: FlowCtx,
  after: InhibitorRow,
): Promise<{ rows: number; after: InhibitorRow | null }> {
  const noted = await listInhibitors(ctx, after, notedAtOnce);
  const busy = noted.filter((row) => row.is_free === 0);
  const changed = noted.filter((row) => row.is_free === 1 && !asksFor(ctx, row));
  await writeLater(ctx, [...deleteInhibitors(ctx, busy), ...deleteInhibitors(ctx, changed, 'free ones too')]);
  const last = noted.length < notedAtOnce ? null : (noted.at(-1) ?? null);
  return { rows: busy.length + changed.length, after: last };
}

/** What became more severe, or the rule that was edited, may ask for other notes. */
function asksFor(ctx: FlowCtx, noted: NotedRow): boolean {
  return notesOf(ctx, [noted]).some(({ inhibition_key }) => inhibition_key === noted.inhibition_key);
}
