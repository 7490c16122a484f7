import { hash } from 'node:crypto';
import { isOutdatedPlan, isUnknownPlan } from '../errors.ts';

const worthAfter = 3;
// A plan that was made while its tables were small is not kept until the server counts them again, which takes a minute.
const firstPlanServes = 64;
// A connection of the server keeps what it has made of each.
const maxNames = 250;
const maxSeen = 500;
const hashDigits = 32;

/** Names for statements that run often: what has one is parsed and planned once a connection, not each time. */
export type PlanNames = {
  /** Answers the name of a statement; undefined: it has none, or not yet. */
  nameOf(text: string): string | undefined;
  /** Takes note of what a named statement failed with; answers whether it may go well when it is sent again. */
  forgive(error: unknown): boolean;
};

/** The names of all connections of a pool. */
export type PoolPlanNames = {
  /** Answers the names of one connection; they go with it. */
  of(connection: object): PlanNames;
};

/**
 * Answers names for the connections of a pool. A statement gets one when it comes for the third time on a connection, as
 * long as there are some left there: texts that hold values, or lists of all lengths, come once or twice and get none. When
 * it has run twice as often as before it gets another, so that it is planned anew for what the tables have become. A name
 * holds a hash of the text, so that it means the same statement for all who may meet on one connection of the server.
 */
export function createPlanNames(): PoolPlanNames {
  const served: Served = { round: 1, isServed: true };
  const known = new WeakMap<object, PlanNames>();
  return {
    of(connection) {
      const names = known.get(connection) ?? namesOfConnection(served);
      known.set(connection, names);
      return names;
    },
  };
}

/** What holds for all connections of a pool. With a new round all statements are prepared anew. */
type Served = { round: number; isServed: boolean };

/** A name, how often its statement has run, and until how often it serves. */
type Named = { name: string; uses: number; serves: number };

function namesOfConnection(served: Served): PlanNames {
  let { round } = served;
  const names = new Map<string, Named>();
  const seen = new Map<string, number>();

  const use = (text: string, named: Named): string => {
    if (++named.uses > named.serves) {
      named.serves *= 2;
      named.name = makeName(round, named.serves, text);
    }
    return named.name;
  };

  const consider = (text: string): string | undefined => {
    if (!served.isServed || names.size >= maxNames) return undefined;
    const times = (seen.get(text) ?? 0) + 1;
    if (times < worthAfter) {
      if (seen.size >= maxSeen) seen.clear();
      seen.set(text, times);
      return undefined;
    }
    seen.delete(text);
    const name = makeName(round, firstPlanServes, text);
    names.set(text, { name, uses: 1, serves: firstPlanServes });
    return name;
  };

  return {
    nameOf(text) {
      if (round !== served.round) names.clear();
      round = served.round;
      const named = names.get(text);
      return named ? use(text, named) : consider(text);
    },
    forgive(error) {
      if (isUnknownPlan(error)) served.isServed = false;
      else if (!isOutdatedPlan(error)) return false;
      served.round++;
      return true;
    },
  };
}

/** Of a name PostgreSQL takes 63 characters. */
function makeName(round: number, serves: number, text: string): string {
  return `t${round}_${serves}_${hash('sha256', text).slice(0, hashDigits)}`;
}
