// @ts-check

/** Written once, when it is given: what the caller changes later does not matter. Those of a group may go together. */
/** @typedef {{ text: string, group: string, bytes: number, number: number }} Item */
/** @typedef {ReturnType<typeof createQueue>} Queue */

/**
 * Answers a queue that never holds more than it may, what is on its way included: the oldest that wait make room.
 * @param {{ maxCount: number, maxBytes: number }} limits
 */
export function createQueue({ maxCount, maxBytes }) {
  /** @type {Item[]} */
  let items = [];
  let first = 0;
  let heldCount = 0;
  let heldBytes = 0;
  let newest = 0;

  const waiting = () => items.length - first;
  const forget = (/** @type {Item} */ { bytes }) => {
    heldCount--;
    heldBytes -= bytes;
  };
  const shift = () => {
    const item = items[first++];
    // Moving the rest each time would cost more than the memory that it saves.
    if (first > 1000 && first * 2 > items.length) {
      items = items.slice(first);
      first = 0;
    }
    return /** @type {Item} */ (item);
  };

  return {
    waiting,
    /** How many there are, waiting or on their way. */
    held: () => heldCount,
    /** The number of the last that came; they are numbered from 1. */
    newest: () => newest,
    /** The number of the first that waits; infinite where none does. */
    oldest: () => items[first]?.number ?? Number.POSITIVE_INFINITY,
    /**
     * Answers how many were dropped for it, itself included where there is no room at all.
     * @param {string} text
     * @param {string} group
     */
    push(text, group) {
      const bytes = Buffer.byteLength(text);
      items.push({ text, group, bytes, number: ++newest });
      heldCount++;
      heldBytes += bytes;
      let dropped = 0;
      for (; waiting() > 0 && (heldCount > maxCount || heldBytes > maxBytes); dropped++) forget(shift());
      return dropped;
    },
    /**
     * Takes the oldest of one group, as many as may go together; at least one.
     * @param {{ maxCount: number, maxBytes: number }} most
     */
    take(most) {
      const taken = [shift()];
      let bytes = taken[0]?.bytes ?? 0;
      while (waiting() > 0 && taken.length < most.maxCount) {
        const next = /** @type {Item} */ (items[first]);
        bytes += next.bytes + 1;
        if (next.group !== taken[0]?.group || bytes > most.maxBytes) break;
        taken.push(shift());
      }
      return taken;
    },
    /**
     * Forgets what was taken and is settled now.
     * @param {readonly Item[]} taken
     */
    settle(taken) {
      for (const item of taken) forget(item);
    },
    /** Forgets everything, and answers how many there were. */
    clear() {
      const count = heldCount;
      items = [];
      first = 0;
      heldCount = 0;
      heldBytes = 0;
      return count;
    },
  };
}
