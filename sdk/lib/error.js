// @ts-check

/** Why something was not done; `code` is for programs, the message for people, and neither holds a secret. */
export class TocsinError extends Error {
  /** @override @type {'TocsinError'} */
  name = 'TocsinError';

  /**
   * @param {string} code
   * @param {string} message
   * @param {{ status?: number | null, details?: unknown, cause?: unknown }} [options]
   */
  constructor(code, message, { status = null, details, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** Whether no answer came, so that there may be one later. */
  get isAway() {
    return this.code === 'UNREACHABLE' || this.code === 'TIMEOUT';
  }
}

/** Causes may go round in a circle. */
const mostCauses = 8;

/**
 * Answers what an error says, with what is behind it: `fetch failed` alone tells nobody anything. Whatever was thrown, it
 * does not throw.
 * @param {unknown} error
 * @returns {string}
 */
export function describe(error, causes = mostCauses) {
  try {
    if (!(error instanceof Error)) return String(error);
    const { cause } = error;
    if (cause !== undefined && cause !== null && causes > 0) return describe(cause, causes - 1);
    return String(error.message || ('code' in error ? error.code : error.name));
  } catch {
    // What a script throws is its own, down to what reads it.
    return 'what was thrown cannot be read';
  }
}

/**
 * @param {unknown} thrown
 * @param {string} [code] of what is no TocsinError yet
 * @returns {TocsinError}
 */
export function toTocsinError(thrown, code = 'REFUSED') {
  return isTocsinError(thrown) ? thrown : new TocsinError(code, describe(thrown), { cause: thrown });
}

/**
 * @param {unknown} thrown
 * @returns {thrown is TocsinError}
 */
function isTocsinError(thrown) {
  try {
    return thrown instanceof TocsinError;
  } catch {
    // A proxy that was revoked is nothing at all.
    return false;
  }
}
