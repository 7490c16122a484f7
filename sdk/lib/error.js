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

/**
 * Answers what an error says, with what is behind it: `fetch failed` alone tells nobody anything.
 * @param {unknown} error
 * @returns {string}
 */
export function describe(error) {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return describe(error.cause);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message || code;
}

/**
 * @param {unknown} thrown
 * @returns {TocsinError}
 */
export function toTocsinError(thrown) {
  return thrown instanceof TocsinError
    ? thrown
    : new TocsinError('REFUSED', describe(thrown), { cause: thrown });
}
