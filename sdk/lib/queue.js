// @ts-check

/** Written once, when it is given: what the caller changes later does not matter. Those of a group may go together. */
/** @typedef {{ text: string, group: string, bytes: number, number: number }} Item */

/** How many places may be empty before the others move up: doing it each time would cost more than it saves. */
const mostEmpty = 1000;

/** Never holds more than it may, what is on its way included: the oldest that wait make room. */
export class Queue {
  #limits;
  /** @type {(Item | undefined)[]} A place is empty once its item was taken: who took it is the last to hold it. */
  #items = [];
  #first = 0;
  #heldCount = 0;
  #heldBytes = 0;
  #newest = 0;

  /** @param {{ maxCount: number, maxBytes: number }} limits */
  constructor(limits) {
    this.#limits = limits;
  }

  waiting() {
    return this.#items.length - this.#first;
  }

  /** How many there are, waiting or on their way. */
  held() {
    return this.#heldCount;
  }

  /** The number of the last that came; they are numbered from 1. */
  newest() {
    return this.#newest;
  }

  /** The number of the first that waits; infinite where none does. */
  oldest() {
    return this.#items[this.#first]?.number ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Answers how many were dropped for it, itself included where there is no room at all.
   * @param {string} text
   * @param {string} group
   */
  push(text, group) {
    const bytes = Buffer.byteLength(text);
    this.#items.push({ text, group, bytes, number: ++this.#newest });
    this.#heldCount++;
    this.#heldBytes += bytes;
    let dropped = 0;
    for (; this.waiting() > 0 && this.#isOver(); dropped++) this.#forget(this.#shift());
    return dropped;
  }

  /**
   * Takes the oldest of one group, as many as may go together; at least one.
   * @param {{ maxCount: number, maxBytes: number }} most
   */
  take(most) {
    const taken = [this.#shift()];
    let bytes = taken[0]?.bytes ?? 0;
    while (taken.length < most.maxCount) {
      const next = this.#items[this.#first];
      bytes += (next?.bytes ?? 0) + 1;
      if (next?.group !== taken[0]?.group || bytes > most.maxBytes) break;
      taken.push(this.#shift());
    }
    return taken;
  }

  /**
   * Forgets what was taken and is settled now.
   * @param {readonly Item[]} taken
   */
  settle(taken) {
    for (const item of taken) this.#forget(item);
  }

  /** Forgets everything, and answers how many there were. */
  clear() {
    const count = this.#heldCount;
    this.#items = [];
    this.#first = 0;
    this.#heldCount = 0;
    this.#heldBytes = 0;
    return count;
  }

  #isOver() {
    return this.#heldCount > this.#limits.maxCount || this.#heldBytes > this.#limits.maxBytes;
  }

  #shift() {
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    const isEmpty = this.waiting() === 0;
    if (isEmpty || (this.#first > mostEmpty && this.#first * 2 > this.#items.length)) {
      this.#items = isEmpty ? [] : this.#items.slice(this.#first);
      this.#first = 0;
    }
    return /** @type {Item} */ (item);
  }

  /** @param {Item} item */
  #forget({ bytes }) {
    this.#heldCount--;
    this.#heldBytes -= bytes;
  }
}
