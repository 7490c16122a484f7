// @ts-check
/** @import { State, StateEntry, StateOptions } from '../index.d.ts' */
/** @import { Answer, Ask, Request } from './ask.js' */
/** @import { Settings } from './settings.js' */
/** @import { World } from './world.js' */
import { isMap, toError } from './ask.js';
import { decideWaitMs, isPassing } from './decide.js';
import { describe, TocsinError, toTocsinError } from './error.js';

const mostAttempts = 3;
/** Whoever is told to wait for longer is told so, instead of being kept waiting. */
const longestWaitMs = 10_000;
const pageSize = 100;
/** A page of the longest values, 65,536 characters of which JSON may make six each, and what stands around them. */
const mostPageBytes = 48 * 2 ** 20;

/** @typedef {{ world: World, settings: Settings, ask: Ask }} Deps */
/** @typedef {StateOptions & { fresh?: string, stamp?: boolean }} Given */

/**
 * Answers the state of scripts over the API. Every call may be repeated without harm, and is, before it rejects.
 * @param {Deps} deps
 * @returns {State}
 */
export function createState(deps) {
  /** @template Body @param {() => Request} write @returns {Promise<Body>} */
  const read = async (write) => /** @type {Body} */ (await askOften(deps, write));
  const queryOf = (/** @type {Given | null | undefined} */ given, more = {}) =>
    new URLSearchParams({ ...namespaceOf(given, deps.settings), ...more });

  return {
    get: (key, given) =>
      read(() => {
        const query = queryOf(given, given?.fresh === undefined ? {} : { fresh: given.fresh });
        return { method: 'GET', path: `${pathOf(key)}?${query}` };
      }),
    set: (key, value, given) =>
      read(() => {
        const stamp = given?.stamp ? { stamp: true } : {};
        const body = { value: textOf(value), ...namespaceOf(given, deps.settings), ...stamp };
        return { method: 'POST', path: pathOf(key), body: JSON.stringify(body) };
      }),
    delete: (key, given) => read(() => ({ method: 'DELETE', path: `${pathOf(key)}?${queryOf(given)}` })),
    async list(given) {
      /** @type {StateEntry[]} */
      const entries = [];
      for (let cursor = /** @type {string | null} */ (''); cursor !== null; ) {
        const more = { ...(cursor === '' ? {} : { cursor }), limit: String(pageSize) };
        const page = requirePage(await read(() => listRequest(queryOf(given, more))));
        for (const entry of page.data) entries.push(entry);
        cursor = page.next_cursor;
      }
      return entries;
    },
  };
}

/**
 * @param {Given | null | undefined} given
 * @param {Settings} settings
 */
function namespaceOf(given, settings) {
  const namespace = given?.namespace ?? settings.namespace;
  if (typeof namespace !== 'string') throw new TocsinError('VALIDATION_ERROR', 'namespace: must be text');
  return namespace === '' ? {} : { namespace };
}

/**
 * @param {URLSearchParams} query
 * @returns {Request}
 */
function listRequest(query) {
  return { method: 'GET', path: `/v1/state?${query}`, mostBytes: mostPageBytes };
}

/**
 * @param {{ data?: unknown, next_cursor?: unknown }} page
 * @returns {{ data: StateEntry[], next_cursor: string | null }}
 */
function requirePage({ data, next_cursor = null }) {
  if (!Array.isArray(data) || (typeof next_cursor !== 'string' && next_cursor !== null) || next_cursor === '')
    throw new TocsinError('BAD_ANSWER', 'it was answered by something that is no Tocsin');
  return { data, next_cursor };
}

/**
 * @param {Deps} deps
 * @param {() => Request} write
 * @returns {Promise<unknown>}
 */
async function askOften({ world, ask }, write) {
  const request = writeRequest(write);
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

/**
 * Throws a TocsinError, whatever it is that cannot be written.
 * @param {() => Request} write
 */
function writeRequest(write) {
  try {
    return write();
  } catch (error) {
    throw toTocsinError(error, 'VALIDATION_ERROR');
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
    throw new TocsinError('VALIDATION_ERROR', `key: "${describe(key)}" cannot stand in an address`);
  if (!key.isWellFormed()) throw new TocsinError('VALIDATION_ERROR', 'key: must be well-formed text');
  return `/v1/state/${encodeURIComponent(key)}`;
}

/** @param {string | number} value */
function textOf(value) {
  if (typeof value === 'string' || Number.isFinite(value)) return String(value);
  throw new TocsinError('VALIDATION_ERROR', `value: ${describe(value)} is neither text nor a number`);
}
