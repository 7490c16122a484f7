import { expect, it } from 'vitest';
import { readFailure } from './failure.ts';

const withCode = (code: string) => Object.assign(new Error(`it says ${code}`), { code });

it.each([
  ['ECONNREFUSED', 'connect_refused'],
  ['ECONNRESET', 'connect_reset'],
  ['UND_ERR_SOCKET', 'connect_reset'],
  ['ENOTFOUND', 'dns_failure'],
  ['EAI_AGAIN', 'dns_failure'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'connect_failed'],
  ['CERT_HAS_EXPIRED', 'tls_invalid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_invalid'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_invalid'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_invalid'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_invalid'],
  ['HPE_INVALID_CONSTANT', 'protocol_error'],
])('%s is an outage with the reason %s', (code, reason) => {
  expect(readFailure(withCode(code))).toEqual({ status: 'down', reason, detail: `it says ${code}` });
});

it.each([
  ['no file handles are left', withCode('EMFILE'), 'it says EMFILE'],
  ['something unforeseen is thrown', 'a text', 'a text'],
  ['an error has nothing to say', new TypeError(''), 'TypeError'],
])('when %s, the target is unknown and not down', (_, error, detail) => {
  expect(readFailure(error)).toEqual({ status: 'unknown', reason: 'internal_error', detail });
});

it('reads the last of the errors of a host with several addresses', () => {
  const error = new AggregateError([withCode('EHOSTUNREACH'), withCode('ECONNREFUSED')]);
  expect(readFailure(error)).toMatchObject({ reason: 'connect_refused', detail: 'it says ECONNREFUSED' });
  expect(readFailure(new AggregateError([], 'none'))).toMatchObject({
    reason: 'internal_error',
    detail: 'none',
  });
});

it.each([
  [
    'UND_ERR_INVALID_ARG',
    'Redirect loop detected. Cannot redirect to http://a.example. This typically happens when using a Client.',
    'Redirect loop detected',
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    '40EDCEBB7A7F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/tlsany_meth.c:77:\n',
    'TLS: wrong version number',
  ],
])('says of %s what is wrong, without advice to programmers', (code, message, detail) => {
  expect(readFailure(Object.assign(new Error(message), { code })).detail).toBe(detail);
});
