// @ts-check
/** @import { Deps, Freight } from './delivery.js' */
import { Delivery } from './delivery.js';
import { TocsinError } from './error.js';
import { Queue } from './queue.js';

// The server takes alerts in bodies of up to 5 MiB.
const maxBatchBytes = 4 * 2 ** 20;

/** Carries one kind of things to the server, batch by batch, in the order in which they were given. Nothing of it throws. */
export class Courier {
  #deps;
  #noun;
  #queue;
  #delivery;
  #counts = { sent: 0, refused: 0, dropped: 0 };
  #end = new AbortController();
  /** Up to this number nothing waits for company. */
  #hurriedTo = 0;
  #isClosed = false;
  #isRunning = false;
  /** @type {number | null} The number of the oldest that is on its way. */
  #carried = null;
  /** What was told since something got through: each code once. */
  #told = new Set();
  /** @type {AbortController | null} */
  #company = null;
  /** @type {Set<{ upTo: number, over: AbortController }>} Who waits until all up to a number is settled. */
  #flushes = new Set();

  /**
   * @param {Deps} deps
   * @param {Freight} freight
   */
  constructor(deps, freight) {
    const { maxQueued, maxQueuedBytes } = deps.settings;
    this.#deps = deps;
    this.#noun = freight.noun;
    this.#queue = new Queue({ maxCount: maxQueued, maxBytes: maxQueuedBytes });
    /** @type {import('./delivery.js').Listener} */
    const listener = {
      settle: (end, items) => {
        if (end === 'sent' && items.length > 0) this.#told.clear();
        this.#queue.settle(items);
        this.#counts[end] += items.length;
      },
      trouble: (error) => this.#tellOnce(error.code, () => error),
    };
    this.#delivery = new Delivery(deps, freight, listener, this.#end.signal);
  }

  /** @returns {import('../index.d.ts').Counts} */
  counts() {
    return { queued: this.#queue.held(), ...this.#counts };
  }

  /**
   * Counts what cannot go, and says why.
   * @param {TocsinError} reason
   */
  drop(reason) {
    this.#counts.dropped++;
    this.#tellOnce(reason.code, () => reason);
  }

  /**
   * Queues what is written already.
   * @param {{ text: string, group: string }} item
   */
  add({ text, group }) {
    const dropped = this.#isClosed ? 1 : this.#queue.push(text, group);
    if (dropped > 0) {
      this.#counts.dropped += dropped;
      const why = this.#isClosed
        ? 'the client is closed, and takes no more of them'
        : 'the oldest were dropped';
      this.#tellOnce('DROPPED', () => new TocsinError('DROPPED', `${this.#noun}s are lost: ${why}`));
      this.#wakeFlushes();
    }
    if (this.#queue.waiting() >= this.#deps.settings.batchSize) this.#hurry();
    if (!this.#isRunning && this.#queue.waiting() > 0) void this.#run();
  }

  /**
   * Sends what is queued now, and waits for it that long at most.
   * @param {number} timeoutMs
   */
  async flush(timeoutMs) {
    const flush = { upTo: this.#queue.newest(), over: new AbortController() };
    this.#hurriedTo = flush.upTo;
    this.#hurry();
    this.#flushes.add(flush);
    this.#wakeFlushes();
    await this.#deps.world.clock.wait(timeoutMs, flush.over.signal, true);
    this.#flushes.delete(flush);
  }

  /**
   * As `flush`, tries once more at once where the server was away, and drops the rest.
   * @param {number} timeoutMs
   */
  async close(timeoutMs) {
    this.#isClosed = true;
    this.#delivery.hurry();
    await this.flush(timeoutMs);
    this.#end.abort();
    const dropped = this.#queue.clear();
    if (dropped === 0) return;
    this.#counts.dropped += dropped;
    const message = `${this.#noun}s are lost: ${dropped} had not got through when the client was closed`;
    this.#deps.tell(new TocsinError('DROPPED', message));
  }

  async #run() {
    this.#isRunning = true;
    while (this.#queue.waiting() > 0) {
      await this.#waitForCompany();
      // What waited may have been dropped meanwhile.
      if (this.#queue.waiting() === 0) break;
      const most = { maxCount: this.#deps.settings.batchSize, maxBytes: maxBatchBytes };
      this.#carried = this.#queue.oldest();
      await this.#delivery.deliver(this.#queue.take(most));
      this.#carried = null;
      this.#wakeFlushes();
    }
    this.#isRunning = false;
  }

  async #waitForCompany() {
    const { batchSize, flushIntervalMs } = this.#deps.settings;
    if (this.#queue.waiting() >= batchSize || this.#queue.oldest() <= this.#hurriedTo) return;
    const company = new AbortController();
    this.#company = company;
    await this.#deps.world.clock.wait(flushIntervalMs, company.signal, true);
    this.#company = null;
  }

  /** Once is enough: each abort costs an error with its stack. */
  #hurry() {
    this.#company?.abort();
    this.#company = null;
  }

  #wakeFlushes() {
    const oldest = this.#carried ?? this.#queue.oldest();
    for (const { upTo, over } of this.#flushes) if (oldest > upTo) over.abort();
  }

  /**
   * An error costs its stack: it is made where it is told.
   * @param {string} code
   * @param {() => TocsinError} make
   */
  #tellOnce(code, make) {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#deps.tell(make());
  }
}
