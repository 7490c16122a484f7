import { isOutdatedPlan } from '../errors.ts';

const worthAfter = 3;
// A connection of the server keeps what it has made of each.
const maxNames = 250;
const maxSeen = 2_000;

/** Names for statements that run often: what has one is parsed and planned once a connection, not each time. */
export type PlanNames = {
  /** Answers the name of a statement; undefined: it has none, or not yet. */
  nameOf(text: string): string | undefined;
  /** Takes note of what a named statement failed with; answers whether it may go well when it is sent again. */
  forgive(error: unknown): boolean;
};

/**
 * Answers names for the connections of a pool. A statement gets one when it comes for the third time, as long as there are
 * some left: texts that hold values, or lists of all lengths, come once or twice and get none.
 */
export function createPlanNames(): PlanNames {
  let round = 1;
  let isServed = true;
  const names = new Map<string, string>();
  const seen = new Map<string, number>();

  const consider = (text: string): string | undefined => {
    if (!isServed || names.size >= maxNames) return undefined;
    const times = (seen.get(text) ?? 0) + 1;
    if (times < worthAfter) {
      if (seen.size >= maxSeen) seen.clear();
      seen.set(text, times);
      return undefined;
    }
    seen.delete(text);
    const name = `t${round}_${names.size + 1}`;
    names.set(text, name);
    return name;
  };

  return {
    nameOf: (text) => names.get(text) ?? consider(text),
    forgive(error) {
      if (isUnknownName(error)) isServed = false;
      else if (!isOutdatedPlan(error)) return false;
      round++;
      names.clear();
      return true;
    },
  };
}

/** A pooler hands the connection to others between transactions (26000, 42P05): names mean nothing there. */
function isUnknownName(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '26000' || error.code === '42P05');
}
