// @ts-check
/** @import { Settings } from './settings.js' */
/** @import { World } from './world.js' */
import { readRetryAfter } from './decide.js';
import { describe, TocsinError } from './error.js';

/** More than a thousand alerts are answered with: what is longer is from something that is no Tocsin. */
const mostAnswerBytes = 4 * 2 ** 20;

/** @typedef {{ method: string, path: string, body?: string, signal?: AbortSignal, mostBytes?: number }} Request */
/** @typedef {{ status: number, body: unknown, retryAfterMs: number | null }} Answer */
/** @typedef {(request: Request) => Promise<Answer>} Ask */

/**
 * Answers what asks the server once, within the time limit; throws a TocsinError where no answer comes.
 * @param {World} world
 * @param {Settings} settings
 * @returns {Ask}
 */
export function createAsk(world, settings) {
  return async ({ method, path, body, signal, mostBytes = mostAnswerBytes }) => {
    if (settings.trouble) throw settings.trouble;
    const cut = new AbortController();
    const over = new AbortController();
    void world.clock.wait(settings.timeoutMs, over.signal).then(() => cut.abort());
    signal?.addEventListener('abort', () => cut.abort(), { signal: over.signal });
    try {
      const init = { method, headers: headersOf(settings, body), redirect: /** @type {const} */ ('manual') };
      const response = await world.fetch(settings.url + path, {
        ...init,
        ...(body === undefined ? {} : { body }),
        signal: cut.signal,
      });
      const retryAfter = response.headers.get('retry-after');
      const retryAfterMs = readRetryAfter(retryAfter, world.clock.now());
      return { status: response.status, body: parse(await readText(response, mostBytes)), retryAfterMs };
    } catch (error) {
      throw translate(error, { settings, isCut: cut.signal.aborted, isUnwanted: signal?.aborted === true });
    } finally {
      over.abort();
    }
  };
}

/**
 * Answers the error that an answer is.
 * @param {Answer} answer
 */
export function toError({ status, body }) {
  const { code, message, details } = readEnvelope(body);
  if (code !== null) return new TocsinError(code, message, { status, details });
  if (status >= 300 && status < 400)
    return new TocsinError('REFUSED', `HTTP ${status}: TOCSIN_URL leads elsewhere; name where it leads`, {
      status,
    });
  const isWrong = status < 300;
  const said = isWrong ? 'it was answered by something that is no Tocsin' : `HTTP ${status}`;
  return new TocsinError(isWrong ? 'BAD_ANSWER' : 'REFUSED', said, { status });
}

/** @param {unknown} value */
export function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} body
 * @returns {{ code: string | null, message: string, details: unknown }}
 */
function readEnvelope(body) {
  const error = isMap(body) ? /** @type {{ error?: unknown }} */ (body).error : null;
  const { code, message, details } = /** @type {Record<string, unknown>} */ (isMap(error) ? error : {});
  const said = typeof message === 'string' ? message : 'nothing was said';
  return { code: typeof code === 'string' ? code : null, message: said, details };
}

/**
 * @param {Settings} settings
 * @param {string | undefined} body
 */
function headersOf({ token }, body) {
  return {
    accept: 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

/**
 * Answers null, and reads no further, where there is more than any answer has.
 * @param {Response} response
 * @param {number} mostBytes
 */
async function readText({ body }, mostBytes) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** @param {string | null} text */
function parse(text) {
  try {
    return /** @type {unknown} */ (text === null ? undefined : JSON.parse(text));
  } catch {
    // What is no JSON is not from Tocsin; whoever reads the answer sees that nothing is there.
    return undefined;
  }
}

/**
 * @param {unknown} error
 * @param {{ settings: Settings, isCut: boolean, isUnwanted: boolean }} of
 */
function translate(error, { settings, isCut, isUnwanted }) {
  if (isUnwanted) return new TocsinError('DROPPED', 'the client was closed before an answer came');
  if (isCut) return new TocsinError('TIMEOUT', `${settings.url} did not answer in ${settings.timeoutMs} ms`);
  return new TocsinError('UNREACHABLE', `${settings.url}: ${describe(error)}`, { cause: error });
}
