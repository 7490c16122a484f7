import type { Failure, ReasonCode } from './types.ts';

/** Codes of Node and undici by what they tell of the target. */
const reasonsByCode: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connect_reset',
  EPIPE: 'connect_reset',
  UND_ERR_SOCKET: 'connect_reset',
  ENOTFOUND: 'dns_failure',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'connect_failed',
  ENETUNREACH: 'connect_failed',
  EADDRNOTAVAIL: 'connect_failed',
  EHOSTDOWN: 'connect_failed',
  UND_ERR_REDIRECT_MAX: 'redirect_invalid',
  // A check's own request is valid by its configuration; what is refused is where a redirect leads.
  UND_ERR_INVALID_ARG: 'redirect_invalid',
  HTTPParserError: 'protocol_error',
  UND_ERR_HEADERS_OVERFLOW: 'protocol_error',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'protocol_error',
  EPROTO: 'tls_invalid',
  HOSTNAME_MISMATCH: 'tls_invalid',
};

const reasonsByPattern: readonly (readonly [RegExp, ReasonCode])[] = [
  [/^EAI_/, 'dns_failure'],
  [
    /^(ERR_TLS|ERR_SSL|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|INVALID_PURPOSE)|SELF_SIGNED/,
    'tls_invalid',
  ],
  [/^HPE_/, 'protocol_error'],
];

/** Answers what an error says of the target. One of this process (no file handles, no memory) and one nobody foresaw say nothing of it: `unknown`. */
export function readFailure(error: unknown): Failure {
  const { code, message } = findCause(error);
  const reason = reasonsByCode[code] ?? reasonsByPattern.find(([pattern]) => pattern.test(code))?.[1];
  if (reason) return { status: 'down', reason, detail: message };
  return { status: 'unknown', reason: 'internal_error', detail: message };
}

/** Answers the error with a code of its own: a host with several addresses fails with one error that holds one for each. */
function findCause(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return findCause(error.errors.at(-1));
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  // A broken HTTP answer has a name and no code.
  const code = 'code' in error && error.code !== undefined ? String(error.code) : error.name;
  return { code, message: plainText(error.message) || code };
}

/** Advice to those who write programs, and where in OpenSSL's source a fault was found, help nobody who reads the state of a target. */
function plainText(message: string): string {
  return message
    .replace(/; if the root CA is installed locally.*$/, '')
    .replace(/^(Redirect loop detected)\. Cannot redirect to .*$/, '$1')
    .replace(/^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*$/s, 'TLS: $1');
}
