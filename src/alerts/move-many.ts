import { type AlertStatus, ask, type Ctx, inTransaction } from '../store/index.ts';
import { mayMove } from './decide.ts';
import { type Hand, writeMoves } from './move.ts';
import { holdAlerts } from './queries-list.ts';
import { searchAlerts } from './queries-search.ts';
import type { AlertFilters } from './types.ts';

const perTransaction = 200;

export type ManyMoves = {
  hand: Hand;
  filters: AlertFilters;
  /** Of these alone. */
  statuses: readonly AlertStatus[];
  /** How many at most. */
  limit: number;
  isDryRun: boolean;
};

/** What matched, newest first of each status, and how many of it were moved; `isMore`: the limit left some. */
export type Moved = { refs: string[]; changed: number; isMore: boolean };

/** Moves the alerts that match by hand, some hundred a transaction; one that moves meanwhile by itself is left as it is. */
export async function moveMany(ctx: Ctx, moves: ManyMoves): Promise<Moved> {
  const statuses = moves.statuses.filter((status) => mayMove(moves.hand.move, status));
  const { refs, isMore } = await findMatching(ctx, { ...moves, statuses });
  let changed = 0;
  for (let from = 0; from < refs.length && !moves.isDryRun; from += perTransaction)
    changed += await moveSome(ctx, refs.slice(from, from + perTransaction), statuses, moves.hand);
  return { refs, changed, isMore };
}

/** A status at a time, as those in which work waits have an index each. */
async function findMatching(
  ctx: Ctx,
  { filters, statuses, limit }: ManyMoves,
): Promise<Pick<Moved, 'refs' | 'isMore'>> {
  const refs: string[] = [];
  for (const status of statuses) {
    let afterRef: string | null = null;
    do {
      const page = { afterRef, limit: limit - refs.length + 1 };
      const { rows, stoppedAt } = await searchAlerts(ctx, { ...filters, statusIn: [status] }, page);
      refs.push(...rows.map((row) => row.alert_ref));
      if (refs.length > limit) return { refs: refs.slice(0, limit), isMore: true };
      afterRef = stoppedAt;
    } while (afterRef !== null);
  }
  return { refs, isMore: false };
}

function moveSome(
  ctx: Ctx,
  refs: readonly string[],
  statuses: readonly AlertStatus[],
  hand: Hand,
): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const [rows] = await ask(ctx, holdAlerts(ctx, refs));
    const moved = rows.filter(({ status }) => statuses.includes(status));
    await writeMoves(ctx, moved, hand);
    return moved.length;
  });
}
