import { isDatabaseUnavailable } from './errors.ts';

/** Gathers what arrives while commits are under way, and commits it together. */
export type GroupCommit<Item, Result> = {
  /** Resolves once the commit that holds the item is durable. `weight` counts toward the size of a group. */
  submit(item: Item, weight?: number): Promise<Result>;
  /** How many items have no answer yet. */
  pending(): number;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
};

/** How groups are cut, and when one begins while others are under way: while one goes to the disk the next can go to the database. */
export type GroupSizes = {
  /** The weight of the largest; an item that is heavier goes by itself. */
  maxWeight: number;
  /** How many there may be at once; 2 where absent. */
  maxAtOnce?: number;
  /** The weight that has to wait for another to begin beside those under way; 1 where absent. */
  anotherFrom?: number;
};

export type GroupCommitOptions<Item, Result> = GroupSizes & {
  /** Commits the items in one transaction and answers one result an item, in order. */
  commit(items: readonly Item[]): Promise<readonly Result[]>;
};

type Entry<Item, Result> = {
  item: Item;
  weight: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

/**
 * Answers a group commit: what arrives in one turn of the event loop goes at once, what comes meanwhile goes after it.
 * When a group fails, its items are tried one by one, so that a bad one fails alone; unless the database is away.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const { maxAtOnce = 2, anotherFrom = 1 } = options;
  const queue: Entry<Item, Result>[] = [];
  const idlers: (() => void)[] = [];
  let isScheduled = false;
  let running = 0;
  let underWay = 0;
  let waitingWeight = 0;

  const isWorthAnother = () => waitingWeight >= anotherFrom;

  const takeGroup = (): Entry<Item, Result>[] => {
    let weight = 0;
    let count = 0;
    while (count < queue.length) {
      weight += queue[count]?.weight ?? 0;
      if (count > 0 && weight > options.maxWeight) break;
      count++;
    }
    const group = queue.splice(0, count);
    for (const entry of group) waitingWeight -= entry.weight;
    return group;
  };

  const commitGroup = async (group: Entry<Item, Result>[]): Promise<void> => {
    try {
      const results = await options.commit(group.map((entry) => entry.item));
      group.forEach((entry, i) => {
        entry.resolve(results[i] as Result);
      });
    } catch (error) {
      // A database that is away fails each alike: to ask it for every item would only make all of them wait.
      if (group.length === 1 || isDatabaseUnavailable(error)) for (const entry of group) entry.reject(error);
      else for (const entry of group) await commitGroup([entry]);
    }
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0 && (running === 1 || isWorthAnother())) {
      const group = takeGroup();
      underWay += group.length;
      await commitGroup(group);
      underWay -= group.length;
    }
    running--;
    if (running === 0) for (const done of idlers.splice(0)) done();
  };

  return {
    submit: (item, weight = 1) =>
      new Promise((resolve, reject) => {
        queue.push({ item, weight, resolve, reject });
        waitingWeight += weight;
        if (isScheduled || running >= maxAtOnce || (running > 0 && !isWorthAnother())) return;
        running++;
        isScheduled = true;
        // What arrived in the same turn of the event loop goes along.
        setImmediate(() => {
          isScheduled = false;
          void drain();
        });
      }),
    pending: () => queue.length + underWay,
    idle: () => (running > 0 ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
  };
}
