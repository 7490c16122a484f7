import type { FenceRow } from '../schema.ts';

type Fence = Pick<FenceRow, 'epoch' | 'state'>;

export type ImportState = {
  /** The fence of the database; null: it was never handed over. */
  own: Fence | null;
  /** That which the file brings along; null: a copy that was not handed over. */
  brought: Fence | null;
  /** How much the database holds that would be told twice, or get lost. */
  living: number;
  /** Whether the database may be emptied. */
  force: boolean;
};

export type ImportDecision =
  /** What is to be removed before: nothing, what lived here before it was handed over, or all. */
  | { take: true; remove: 'nothing' | 'live' | 'all' }
  | { take: false; reason: 'stale_file' | 'was_handed_over' | 'holds_living' };

/** Decides whether a database takes the state that a file holds. */
export function decideImport({ own, brought, living, force }: ImportState): ImportDecision {
  if (own !== null && brought !== null && brought.epoch <= own.epoch)
    return { take: false, reason: 'stale_file' };
  const isClosed = own !== null && own.state !== 'open';
  // A copy brings no epoch that would be newer than the one under which this database was given away.
  if (isClosed && brought === null) return { take: false, reason: 'was_handed_over' };
  if (force) return { take: true, remove: 'all' };
  if (isClosed) return { take: true, remove: 'live' };
  return living > 0 ? { take: false, reason: 'holds_living' } : { take: true, remove: 'nothing' };
}
