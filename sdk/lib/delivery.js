// @ts-check
/** @import { Answer, Ask } from './ask.js' */
/** @import { Refusal, Verdict } from './decide.js' */
/** @import { Item } from './queue.js' */
/** @import { Settings } from './settings.js' */
/** @import { World } from './world.js' */
import { toError } from './ask.js';
import { decideWaitMs } from './decide.js';
import { TocsinError, toTocsinError } from './error.js';

/**
 * What is carried, where to, and what the answer means.
 * @typedef {{
 *   noun: string,
 *   path: string,
 *   write(items: readonly Item[], batchId: string): string,
 *   judge(answer: Answer, size: number): Verdict,
 * }} Freight
 */
/** @typedef {{ world: World, settings: Settings, ask: Ask, tell(error: TocsinError): void }} Deps */
/** @typedef {{ verdict: Verdict, error: TocsinError, orderedMs: number | null }} Attempt */
/**
 * Who hears what becomes of each thing, and what is wrong.
 * @typedef {{ settle(end: 'sent' | 'refused', items: readonly Item[]): void, trouble(error: TocsinError): void }} Listener
 */

/** Of what fails for a reason that may never pass. */
const mostAttempts = 5;

/** @type {Verdict} */
const away = { kind: 'again', isLimited: false };
/** @type {Verdict} */
const hopeless = { kind: 'refused' };

/** Sends a batch until it is settled what becomes of each thing in it, or until the signal. */
export class Delivery {
  #deps;
  #freight;
  #listener;
  #end;
  /** @type {AbortController | null} Ends the wait for a server that named no time. */
  #absence = null;

  /**
   * @param {Deps} deps
   * @param {Freight} freight
   * @param {Listener} listener
   * @param {AbortSignal} end
   */
  constructor(deps, freight, listener, end) {
    this.#deps = deps;
    this.#freight = freight;
    this.#listener = listener;
    this.#end = end;
  }

  /** Tries again at once where the server was away; not where it named a time. */
  hurry() {
    this.#absence?.abort();
  }

  /**
   * The same batch keeps its id, by which the server knows it again.
   * @param {readonly Item[]} items
   * @returns {Promise<void>}
   */
  async deliver(items) {
    const id = this.#deps.world.makeId();
    for (let attempts = 1; !this.#end.aborted; attempts++) {
      const { verdict, error, orderedMs } = await this.#attempt(items, id);
      if (this.#end.aborted) return;
      const isAgain = verdict.kind === 'again' && !(verdict.isLimited && attempts >= mostAttempts);
      if (!isAgain) return this.#finish(items, verdict, error);
      this.#listener.trouble(error);
      await this.#waitForServer(attempts, orderedMs);
    }
  }

  /**
   * @param {readonly Item[]} items
   * @param {Verdict} verdict
   * @param {TocsinError} error
   */
  async #finish(items, verdict, error) {
    switch (verdict.kind) {
      case 'halves': {
        const middle = Math.ceil(items.length / 2);
        await this.deliver(items.slice(0, middle));
        return this.deliver(items.slice(middle));
      }
      case 'taken':
        return this.#listener.settle('sent', this.#refuse(items, verdict.refused));
      case 'without': {
        const others = this.#refuse(items, verdict.refused);
        return others.length > 0 ? this.deliver(others) : undefined;
      }
      default:
        this.#tell(
          error.code,
          `${this.#freight.noun}s were refused (${items.length}): ${error.message}`,
          error,
        );
        this.#listener.settle('refused', items);
    }
  }

  /**
   * @param {readonly Item[]} items
   * @param {string} id
   * @returns {Promise<Attempt>}
   */
  async #attempt(items, id) {
    const { path, write, judge } = this.#freight;
    try {
      const body = write(items, id);
      const answer = await this.#deps.ask({ method: 'POST', path, body, signal: this.#end });
      const verdict = judge(answer, items.length);
      return { verdict, error: toError(answer), orderedMs: answer.retryAfterMs };
    } catch (thrown) {
      const error = toTocsinError(thrown);
      return { verdict: error.isAway ? away : hopeless, error, orderedMs: null };
    }
  }

  /**
   * @param {number} attempts
   * @param {number | null} orderedMs
   */
  async #waitForServer(attempts, orderedMs) {
    const { clock, random } = this.#deps.world;
    const delayMs = decideWaitMs({ attempts, orderedMs, chance: random() });
    const wake = new AbortController();
    if (orderedMs === null) this.#absence = wake;
    const end = () => wake.abort();
    this.#end.addEventListener('abort', end, { once: true });
    await clock.wait(delayMs, wake.signal);
    this.#end.removeEventListener('abort', end);
    this.#absence = null;
  }

  /**
   * Answers the others.
   * @param {readonly Item[]} items
   * @param {readonly Refusal[]} refused
   */
  #refuse(items, refused) {
    if (refused.length === 0) return items;
    const few = refused.slice(0, 3).map(({ reason }) => reason);
    const count = `${refused.length} of ${items.length}`;
    this.#tell('REFUSED', `${this.#freight.noun}s were refused (${count}): ${few.join(' | ')}`, undefined, {
      refused,
    });
    const indexes = new Set(refused.map(({ index }) => index));
    this.#listener.settle(
      'refused',
      items.filter((_, index) => indexes.has(index)),
    );
    return items.filter((_, index) => !indexes.has(index));
  }

  /**
   * @param {string} code
   * @param {string} message
   * @param {TocsinError} [cause]
   * @param {unknown} [details]
   */
  #tell(code, message, cause, details) {
    this.#listener.trouble(new TocsinError(code, message, { status: cause?.status ?? null, details, cause }));
  }
}
