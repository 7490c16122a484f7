// @ts-check
/** @import { State, StateEntry, StateOptions } from '../index.d.ts' */
/** @import { Answer, Ask, Request } from './ask.js' */
/** @import { Settings } from './settings.js' */
/** @import { World } from './world.js' */
import { isMap, toError } from './ask.js';
import { decideWaitMs, isPassing } from './decide.js';
import { TocsinError, toTocsinError } from './error.js';

const mostAttempts = 3;
/** Whoever is told to wait for longer is told so, instead of being kept waiting. */
const longestWaitMs = 10_000;
const pageSize = 500;

/**
 * Answers the state of scripts over the API. Every call may be repeated without harm, and is, before it rejects.
 * @param {{ world: World, settings: Settings, ask: Ask }} deps
 * @returns {State}
 */
export function createState(deps) {
  const namespaceOf = (/** @type {StateOptions} */ { namespace = deps.settings.namespace }) =>
    namespace === '' ? {} : { namespace };
  /** @template Body @param {Request} request @returns {Promise<Body>} */
  const read = async (request) => /** @type {Body} */ (await askOften(deps, request));

  return {
    async get(key, options = {}) {
      const fresh = options.fresh === undefined ? {} : { fresh: options.fresh };
      const query = new URLSearchParams({ ...namespaceOf(options), ...fresh });
      return read({ method: 'GET', path: `${pathOf(key)}?${query}` });
    },
    async set(key, value, options = {}) {
      const stamp = options.stamp ? { stamp: true } : {};
      const body = JSON.stringify({ value: textOf(value), ...namespaceOf(options), ...stamp });
      return read({ method: 'POST', path: pathOf(key), body });
    },
    async delete(key, options = {}) {
      const query = new URLSearchParams(namespaceOf(options));
      return read({ method: 'DELETE', path: `${pathOf(key)}?${query}` });
    },
    async list(options = {}) {
      /** @type {StateEntry[]} */
      const entries = [];
      for (let cursor = /** @type {string | null} */ (''); cursor !== null; ) {
        const after = cursor === '' ? {} : { cursor };
        const query = new URLSearchParams({ ...namespaceOf(options), ...after, limit: String(pageSize) });
        /** @type {{ data: StateEntry[], next_cursor: string | null }} */
        const page = await read({ method: 'GET', path: `/v1/state?${query}` });
        entries.push(...page.data);
        cursor = page.next_cursor;
      }
      return entries;
    },
  };
}

/**
 * @param {{ world: World, settings: Settings, ask: Ask }} deps
 * @param {Request} request
 * @returns {Promise<unknown>}
 */
async function askOften({ world, ask }, request) {
  for (let attempts = 1; ; attempts++) {
    /** @type {Answer | TocsinError} */
    const answer = await ask(request).catch(toTocsinError);
    const isError = answer instanceof TocsinError;
    const isLate = isError ? answer.isAway : isPassing(answer.status);
    if (!isLate) return requireBody(answer);
    const orderedMs = isError ? null : answer.retryAfterMs;
    const delayMs = decideWaitMs({ attempts, orderedMs, chance: world.random() });
    if (attempts === mostAttempts || delayMs > longestWaitMs) return requireBody(answer);
    await world.clock.wait(delayMs, undefined, true);
  }
}

/** @param {Answer | TocsinError} answer */
function requireBody(answer) {
  if (answer instanceof TocsinError) throw answer;
  const { status, body } = answer;
  if (status < 200 || status >= 300 || !isMap(body)) throw toError(answer);
  return body;
}

/** @param {string} key */
function pathOf(key) {
  // An address has no place for these: what sends it takes them out.
  if (typeof key !== 'string' || ['', '.', '..'].includes(key))
    throw new TocsinError('VALIDATION_ERROR', `key: ${JSON.stringify(key)} cannot stand in an address`);
  if (!key.isWellFormed()) throw new TocsinError('VALIDATION_ERROR', 'key: must be well-formed text');
  return `/v1/state/${encodeURIComponent(key)}`;
}

/** @param {string | number} value */
function textOf(value) {
  if (typeof value === 'string' || Number.isFinite(value)) return String(value);
  throw new TocsinError('VALIDATION_ERROR', `value: ${String(value)} is neither text nor a number`);
}
