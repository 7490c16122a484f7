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

/** How much is looked at in one step, and how many steps are made before other chores have their turn. */
export type NoteBounds = { liveAtOnce: number; stepsAtMost: number };
const usual: NoteBounds = { liveAtOnce: 500, stepsAtMost: 5 };

const notedAtOnce = 250;
/** Many end together: then more of them are cleared away at once. */
const slicesAtMost = 20;

const start: InhibitorRow = { inhibition_key: '', alert_ref: '' };

/**
 * Answers the chore that keeps true which alerts are noted as inhibiting others: of inhibitions that are new to it, it notes
 * the alerts that were live before, some of them each time; and it clears away, slice by slice, what inhibits nothing any more.
 */
export function createInhibitorNotes(bounds = usual): (ctx: FlowCtx) => Promise<number> {
  let known: Config['inhibitions'] | null = null;
  /** Behind which live alert the look through all of them goes on; null: it is over. */
  let place: string | null = null;
  let after = start;
  return async (ctx) => {
    const { inhibitions } = ctx.config;
    if (known !== inhibitions) {
      if (inhibitions.length === 0) await deleteAllInhibitors(ctx);
      place = '';
    }
    known = inhibitions;
    if (inhibitions.length === 0) return 0;
    for (let steps = 0; steps < bounds.stepsAtMost && place !== null; steps++)
      place = await noteLive(ctx, place, bounds.liveAtOnce);
    after = await clearAway(ctx, after);
    return 0;
  };
}

/** Answers where the next step begins; null where there is none. */
async function noteLive(ctx: FlowCtx, place: string, limit: number): Promise<string | null> {
  const live = await listLive(ctx, place, limit);
  await writeLater(ctx, noteInhibitors(ctx, notesOf(ctx, live)));
  return live.length < limit ? null : (live.at(-1)?.place ?? null);
}

/** Answers after which note it goes on the next time. */
async function clearAway(ctx: FlowCtx, from: InhibitorRow): Promise<InhibitorRow> {
  let after = from;
  for (let slices = 0; slices < slicesAtMost; slices++) {
    const cleared = await clearSlice(ctx, after);
    after = cleared.after ?? start;
    if (cleared.rows === 0 || cleared.after === null) break;
  }
  return after;
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
