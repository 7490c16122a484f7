/** One row per error code: what each door answers, and whether the same call may succeed later. */
export const errorTable = {
  VALIDATION_ERROR: { httpStatus: 400, exitCode: 2, retryable: false },
  UNAUTHORIZED: { httpStatus: 401, exitCode: 3, retryable: false },
  FORBIDDEN: { httpStatus: 403, exitCode: 3, retryable: false },
  NOT_FOUND: { httpStatus: 404, exitCode: 4, retryable: false },
  METHOD_NOT_ALLOWED: { httpStatus: 405, exitCode: 2, retryable: false },
  CONFLICT: { httpStatus: 409, exitCode: 5, retryable: false },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, exitCode: 2, retryable: false },
  RATE_LIMITED: { httpStatus: 429, exitCode: 75, retryable: true },
  INTERNAL_SERVER_ERROR: { httpStatus: 500, exitCode: 1, retryable: false },
  UNAVAILABLE: { httpStatus: 503, exitCode: 69, retryable: true },
} as const;

export type ErrorCode = keyof typeof errorTable;

export type AppErrorOptions = { cause?: unknown; details?: unknown };

/** The one error class: `message` is for people and safe to show, `details` is safe JSON, `cause` never leaves the process. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

/** Answers the error as an AppError; anything unknown becomes INTERNAL_SERVER_ERROR with a message that tells nothing. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('INTERNAL_SERVER_ERROR', 'something went wrong inside Tocsin; see its log', {
    cause: error,
  });
}

/** Answers a short text for logs and `last_error`, with the causes behind it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return `${messageOf(error)}${cause}`;
}

/** Node says nothing in the error that stands for a connect to several addresses; its parts do. */
function messageOf(error: Error): string {
  if (error.message) return error.message;
  return error instanceof AggregateError ? error.errors.map(describeError).join('; ') : error.name;
}
