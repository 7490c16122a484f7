import { describeError, errorTable, toAppError } from '../core/errors.ts';

/** Says on standard error what went wrong; answers the exit code. */
export function explainFailure(error: unknown): number {
  const known = toAppError(error);
  // Here nobody else reads along: what is behind an inner fault helps whoever typed the command.
  const text = known.code === 'INTERNAL_SERVER_ERROR' ? describeError(error) : known.message;
  process.stderr.write(`tocsin: ${text}\n`);
  return errorTable[known.code].exitCode;
}
