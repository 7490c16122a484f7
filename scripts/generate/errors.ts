import { type ErrorCode, errorTable } from '../../src/core/errors.ts';

/** What each code means and what to do about it; the compiler sees that none is missing. */
const meanings: Readonly<Record<ErrorCode, string>> = {
  VALIDATION_ERROR:
    'What was sent is wrong; `details.errors` names each field. Correct it: the same again fails again.',
  UNAUTHORIZED: 'No token, or one that is unknown or revoked. Make one with `tocsin token create`.',
  FORBIDDEN: 'The role of the token lacks an entitlement, which `details.missing_entitlement` names.',
  NOT_FOUND: 'There is nothing at the address, or nothing with that id.',
  METHOD_NOT_ALLOWED: 'The address exists and takes other methods, which the `Allow` header names.',
  CONFLICT: 'Somebody was faster, or the thing is in a state in which this cannot be done. Look at it anew.',
  PAYLOAD_TOO_LARGE:
    'The body, unpacked, or the headers are larger than the address takes. Send less at once.',
  RATE_LIMITED: 'Too many tries. Wait for as long as the `Retry-After` header says.',
  INTERNAL_SERVER_ERROR:
    'A fault of Tocsin, whose log has the cause under the `request_id`; or of its machine, as a data folder that cannot be written.',
  UNAVAILABLE: 'The database, or another thing that Tocsin needs, is out of reach. Try again later.',
};

/** Answers `docs/errors.md`. */
export function generateErrors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { httpStatus, exitCode, retryable }]) =>
      `| \`${code}\` | ${httpStatus} | ${exitCode} | ${retryable ? 'yes' : 'no'} | ${meanings[code as ErrorCode]} |`,
  );
  return `# Errors

Every door tells errors by these codes. Over HTTP the body is
\`{"error": {"code", "message", "details"?, "request_id"}}\`; the command line prints the message on standard error
and ends with the exit code. Where "again" is yes, the same call may succeed later.

| code | HTTP status | exit code | again | meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
