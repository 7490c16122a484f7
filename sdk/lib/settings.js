// @ts-check
/** @import { ClientOptions } from '../index.d.ts' */
import { describe, TocsinError } from './error.js';

const largestDelayMs = 2 ** 31 - 1;

/** By option: what it is where nobody says, and its bounds. */
const numbers = /** @type {const} */ ({
  flushIntervalMs: [1000, 0, 3_600_000],
  batchSize: [1000, 1, 1000],
  maxQueued: [10_000, 1, Number.MAX_SAFE_INTEGER],
  maxQueuedBytes: [16 * 2 ** 20, 1, Number.MAX_SAFE_INTEGER],
  timeoutMs: [5000, 1, largestDelayMs],
});

/** @typedef {{ [name in keyof typeof numbers]: number }} Numbers */
/** @typedef {Numbers & { url: string, token: string, runId: string, namespace: string, trouble: TocsinError | null }} Settings */

/**
 * Reads options, and the environment where they say nothing. Throws a RangeError.
 * @param {ClientOptions | null} options
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Settings}
 */
export function readSettings(options, env) {
  const url = readText(options, 'url', env.TOCSIN_URL).trim().replace(/\/+$/, '');
  const token = readText(options, 'token', env.TOCSIN_TOKEN).trim();
  return {
    ...readNumbers(options),
    url,
    token,
    runId: readText(options, 'runId', env.TOCSIN_RUN_ID),
    namespace: readText(options, 'namespace', env.CACHE_FILENAME),
    trouble: findTrouble(url, token),
  };
}

/**
 * Answers how long to wait for a flush or a close; what makes no sense is as if nothing were given.
 * @param {{ timeoutMs?: number } | null | undefined} options
 * @param {number} otherwise
 */
export function readTimeout(options, otherwise) {
  try {
    const given = options?.timeoutMs;
    return Number.isFinite(given) ? Math.min(Math.max(0, Number(given)), largestDelayMs) : otherwise;
  } catch {
    // A getter of the caller's own threw, and nothing here may harm the caller.
    return otherwise;
  }
}

/**
 * Answers an option, undefined where it is not given; a getter may throw. Throws a RangeError.
 * @template {keyof ClientOptions} Name
 * @param {ClientOptions | null} options
 * @param {Name} name
 * @returns {NonNullable<ClientOptions[Name]> | undefined}
 */
export function readOption(options, name) {
  try {
    return options?.[name] ?? undefined;
  } catch (error) {
    throw new RangeError(`${name}: cannot be read: ${describe(error)}`);
  }
}

/**
 * @param {ClientOptions | null} options
 * @param {'url' | 'token' | 'runId' | 'namespace'} name
 * @param {string | undefined} otherwise
 */
function readText(options, name, otherwise = '') {
  const value = readOption(options, name) ?? otherwise;
  if (typeof value === 'string') return value;
  if (name === 'url' && isUrl(value)) return value.href;
  throw new RangeError(`${name}: ${describe(value)} is no text`);
}

/**
 * @param {unknown} value
 * @returns {value is URL}
 */
function isUrl(value) {
  try {
    return value instanceof URL && typeof value.href === 'string';
  } catch {
    // What hides its kind is no address.
    return false;
  }
}

/**
 * @param {ClientOptions | null} options
 * @returns {Numbers}
 */
function readNumbers(options) {
  const read = Object.entries(numbers).map(([name, [otherwise, least, most]]) => {
    const value = readOption(options, /** @type {keyof Numbers} */ (name)) ?? otherwise;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`${name}: ${describe(value)} is no whole number from ${least} to ${most}`);
    return [name, value];
  });
  return /** @type {Numbers} */ (Object.fromEntries(read));
}

/**
 * What is wrong is told when the address is needed: a script that only reports must go on without one.
 * @param {string} url
 * @param {string} token
 */
function findTrouble(url, token) {
  const say = (/** @type {string} */ message) => new TocsinError('NOT_CONFIGURED', message);
  if (url === '') return say('TOCSIN_URL is not set, as http://127.0.0.1:8923');
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    return say('TOCSIN_URL is no address, as http://127.0.0.1:8923');
  if (parsed.username || parsed.password || parsed.search || parsed.hash)
    return say('TOCSIN_URL may hold neither a password nor anything behind the path');
  // What cannot stand in a header would be shown by the error of whoever sends it.
  if (!/^[\x21-\x7e]*$/.test(token)) return say('TOCSIN_TOKEN holds what no token does');
  return null;
}
