import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dedupeKeyOf, fingerprintOf, identityOf, signatureOf, stripVariables } from './fingerprint.ts';

describe('the same problem told with other particulars', () => {
  it.each([
    ['numbers', 'disk 91% full on 3 nodes', 'disk 92.5% full on 14 nodes'],
    ['signs and separators', 'lag -3 at 10.0.0.1:5432', 'lag +1,204 at 10.2.0.17:80'],
    [
      'UUIDs',
      'job 0190a1b2-0000-7000-8000-0123456789ab lost',
      'job DEADBEEF-0000-4000-8000-ABCDEFABCDEF lost',
    ],
    [
      'UUIDs behind a name',
      'job_0190a1b2-0000-7000-8000-0123456789ab',
      'job_deadbeef-0000-4000-8000-abcdefabcdef',
    ],
    ['hex strings', 'pod api-7f9c6d44b8 restarted', 'pod api-5d8b9c77f0 restarted'],
    ['hex strings behind a name', 'request req_7f3a9c failed', 'request req_8b2c1d failed'],
    ['addresses in hex', 'fault at 0x7ffe', 'fault at 0xDEADBEEF'],
    ['times', 'late since 2026-03-01T12:00:00.123Z', 'late since 2026-03-02 23:59:59+02:00'],
    ['days', 'no backup for 2026-03-01', 'no backup for 2025-12-24'],
    ['quoted text', 'table "users" is locked', 'table "orders and more" is locked'],
    ['single quotes', "no route 'a'", "no route 'b'"],
    ['backquotes', 'no `a`', 'no `b c`'],
    ['blanks', 'too  many\tfailures ', 'too many failures'],
  ])('is told by its title without %s', (_, one, other) => {
    expect(stripVariables(one)).toBe(stripVariables(other));
  });
});

describe('different problems', () => {
  it.each([
    ['words', 'disk full', 'disk slow'],
    ['words that could be hex', 'facade broken', 'decade broken'],
    [
      'text between two apostrophes',
      "can't reach the mail server, won't retry",
      "can't read the key file, won't retry",
    ],
    ['possessives', "the users' queue and the orders' queue", "the users' table and the orders' queue"],
    ['text behind one quote', '5" disk failed', '5" fan failed'],
  ])('stay apart by their %s', (_, one, other) => {
    expect(stripVariables(one)).not.toBe(stripVariables(other));
  });
});

it('a title of any kind has a fingerprint, and the same one each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1000 }), (title) => {
      const stripped = stripVariables(title);
      expect(stripVariables(title)).toBe(stripped);
      expect(stripped.isWellFormed()).toBe(true);
      expect(stripped).not.toMatch(/\d/);
    }),
  );
});

it('a title made to be slow to read is read at once', () => {
  const started = performance.now();
  for (const piece of ['"', "'", "'a", '1.', 'a1', '0x', '2026-03-', 'ffff-', '`"\''])
    stripVariables(piece.repeat(20_000));
  expect(performance.now() - started).toBeLessThan(3000);
});

it('the key and the signature are those hashes that the documents promise', () => {
  const fingerprint = fingerprintOf('api', 'latency', stripVariables('p95 is 900 ms'));
  expect(fingerprint).toBe('api:latency:p# is # ms');
  // printf 'api|prod|latency|api:latency:p# is # ms' | sha256sum
  expect(dedupeKeyOf(identityOf('api', 'prod', 'latency', fingerprint))).toBe(
    '4d33f416e633de5de1c43eaaa671626e060416b58edb3b602f77d77de556687e',
  );
  expect(signatureOf('api', 'latency', fingerprint)).toBe(
    '330a6e60393fb589ec677b4d14d66504f6905af1ca54b93345ba2bfaf44ff82b',
  );
});
