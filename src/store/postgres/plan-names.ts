import { isOutdatedPlan } from '../errors.ts';

const worthAfter = 3;
// A plan that was made while its tables were small is not kept until the server counts them again, which takes a minute.
const firstPlanServes = 64;
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

/** A name, how often its statement has run, and until how often it serves. */
type Named = { name: string; uses: number; serves: number };

/**
 * Answers names for the connections of a pool. A statement gets one when it comes for the third time, as long as there are
 * some left: texts that hold values, or lists of all lengths, come once or twice and get none. When it has run twice as often
 * as before it gets another, so that it is planned anew for what the tables have become.
 */
export function createPlanNames(): PlanNames {
  let given = 0;
  let isServed = true;
  const names = new Map<string, Named>();
  const seen = new Map<string, number>();

  const giveName = () => `t${++given}`;

  const use = (named: Named): string => {
    if (++named.uses > named.serves) {
      named.name = giveName();
      named.serves *= 2;
    }
    return named.name;
  };

  const consider = (text: string): string | undefined => {
    if (!isServed || names.size >= maxNames) return undefined;
    const times = (seen.get(text) ?? 0) + 1;
    if (times < worthAfter) {
      if (seen.size >= maxSeen) seen.clear();
      seen.set(text, times);
      return undefined;
    }
    seen.delete(text);
    const named = { name: giveName(), uses: 1, serves: firstPlanServes };
    names.set(text, named);
    return named.name;
  };

  return {
    nameOf(text) {
      const named = names.get(text);
      return named ? use(named) : consider(text);
    },
    forgive(error) {
      if (isUnknownName(error)) isServed = false;
      else if (!isOutdatedPlan(error)) return false;
      names.clear();
      return true;
    },
  };
}

/** A pooler hands the connection to others between transactions (26000, 42P05): names mean nothing there. */
function isUnknownName(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '26000' || error.code === '42P05');
}
