import { type ComponentAlerts, countComponentAlerts } from '../alerts/index.ts';
import type { Clock } from '../core/clock.ts';
import {
  type CheckRecord,
  type ComponentState,
  listCheckRecords,
  listComponentStates,
} from '../health/index.ts';
import { type Ctx, isDatabaseUnavailable } from '../store/index.ts';

/** What the database has of one component. */
export type StoredHealth = {
  state: ComponentState | null;
  scheduled: readonly CheckRecord[];
  alerts: readonly ComponentAlerts[];
};

/** By component. */
type Stored = ReadonlyMap<string, StoredHealth>;

/** What this process has last read of each component. */
export type LastHealth = {
  /**
   * Answers what the database has of the components; where it is away, or slow, what was last read of them, and nothing
   * of those that were never read.
   */
  read(ctx: Ctx, ids: readonly string[]): Promise<Stored>;
};

/** Who asks, as load balancers do, does not wait for long, and takes no answer for a service that is down. */
const patienceMs = 2000;

/** Of a component that nothing has been recorded of. */
export const nothingStored: StoredHealth = { state: null, scheduled: [], alerts: [] };

/** Answers the components as the database has them. */
export async function readStoredHealth(ctx: Ctx, ids: readonly string[]): Promise<Stored> {
  const [records, states, alerts] = await Promise.all([
    listCheckRecords(ctx, ids),
    listComponentStates(ctx, ids),
    countComponentAlerts(ctx, ids),
  ]);
  const recordsOf = Map.groupBy(records, ({ component }) => component);
  const stateOf = new Map(states.map((state) => [state.component, state]));
  const alertsOf = Map.groupBy(alerts, ({ component }) => component);
  return new Map(
    ids.map((id) => [
      id,
      { state: stateOf.get(id) ?? null, scheduled: recordsOf.get(id) ?? [], alerts: alertsOf.get(id) ?? [] },
    ]),
  );
}

/** Answers a memory that knows nothing yet. */
export function createLastHealth(): LastHealth {
  const last = new Map<string, StoredHealth>();
  const readAndKeep = async (ctx: Ctx, ids: readonly string[]): Promise<Stored | null> => {
    try {
      const stored = await readStoredHealth(ctx, ids);
      for (const [id, health] of stored) last.set(id, health);
      return stored;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      return null;
    }
  };
  return {
    async read(ctx, ids) {
      const stored = await within(ctx.clock, readAndKeep(ctx, ids));
      return stored ?? new Map(ids.map((id) => [id, last.get(id) ?? nothingStored]));
    },
  };
}

/** Answers null where it takes too long; what comes of it later is kept for the next who asks. */
async function within<Result>(clock: Clock, result: Promise<Result>): Promise<Result | null> {
  const isOver = new AbortController();
  try {
    return await Promise.race([result, clock.wait(patienceMs, isOver.signal).then(() => null)]);
  } finally {
    isOver.abort();
    result.catch(() => {}); // told by the race, where that has waited for it
  }
}
