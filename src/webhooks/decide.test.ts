import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { WebhookProof } from '../config/index.ts';
import { signWebhook } from '../notify/channels/sign-webhook.ts';
import { decideProof, decideRepeat } from './decide.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const body = '{"a":1}';
const key = Buffer.from('a key of twenty-four bytes').toString('base64');
const hex = createHmac('sha256', 'geheim').update(body).digest('hex');

const hmac: WebhookProof = { kind: 'hmac', secret: 'geheim', header: 'x-hub-signature-256' };
const standard: WebhookProof = { kind: 'standard', secret: `whsec_${key}`, toleranceMs: 300_000 };
const token: WebhookProof = { kind: 'token', secret: 'geheim', header: 'authorization' };
const path: WebhookProof = { kind: 'path', secret: 'geheim-im-pfad-0' };

const sign = (ageMs = 0, secret = `whsec_${key}`) => signWebhook('msg_1', nowMs - ageMs, body, secret);

type Row = [
  name: string,
  proof: WebhookProof,
  headers: Record<string, string>,
  pathSecret: string | null,
  reason: string,
];

const rows: Row[] = [
  ['a good signature', hmac, { 'x-hub-signature-256': `sha256=${hex}` }, null, 'signature_good'],
  ['one in bare capital hex', hmac, { 'x-hub-signature-256': hex.toUpperCase() }, null, 'signature_good'],
  ['no signature', hmac, {}, null, 'signature_missing'],
  ['an empty signature', hmac, { 'x-hub-signature-256': '' }, null, 'signature_missing'],
  ['half a signature', hmac, { 'x-hub-signature-256': hex.slice(32) }, null, 'signature_malformed'],
  ['another hash', hmac, { 'x-hub-signature-256': `sha1=${hex}` }, null, 'signature_malformed'],
  ['a wrong signature', hmac, { 'x-hub-signature-256': '0'.repeat(64) }, null, 'signature_wrong'],
  ['an unset secret', { ...hmac, secret: null }, { 'x-hub-signature-256': hex }, null, 'secret_not_set'],
  ['a standard signature', standard, sign(), null, 'signature_good'],
  ['one of a text as key', { ...standard, secret: 'text' }, sign(0, 'text'), null, 'signature_good'],
  [
    'a good one among others',
    standard,
    { ...sign(), 'webhook-signature': `v1a,xx v1,AAAA ${sign()['webhook-signature']}` },
    null,
    'signature_good',
  ],
  ['one of another id', standard, { ...sign(), 'webhook-id': 'msg_2' }, null, 'signature_wrong'],
  [
    'one of another version',
    standard,
    { ...sign(), 'webhook-signature': String(sign()['webhook-signature']).replace('v1', 'v2') },
    null,
    'signature_wrong',
  ],
  ['no timestamp', standard, { ...sign(), 'webhook-timestamp': '' }, null, 'signature_missing'],
  ['a timestamp in words', standard, { ...sign(), 'webhook-timestamp': 'now' }, null, 'timestamp_malformed'],
  ['one at the edge', standard, sign(300_000), null, 'signature_good'],
  ['an old one', standard, sign(301_000), null, 'timestamp_too_old'],
  ['one ahead of time', standard, sign(-301_000), null, 'timestamp_too_early'],
  ['a token', token, { authorization: 'geheim' }, null, 'secret_good'],
  ['a token as a bearer', token, { authorization: 'Bearer geheim' }, null, 'secret_good'],
  ['no token', token, {}, null, 'secret_missing'],
  ['a wrong token', token, { authorization: 'geheimer' }, null, 'secret_wrong'],
  ['a secret in the path', path, {}, 'geheim-im-pfad-0', 'secret_good'],
  ['no secret in the path', path, {}, null, 'secret_missing'],
  ['a wrong one in the path', path, {}, 'geheim-im-pfad-1', 'secret_wrong'],
];

test.each(rows)('%s', (_name, proof, headers, pathSecret, reason) => {
  const given = { header: (name: string) => headers[name] ?? null, pathSecret, body: Buffer.from(body) };
  expect(decideProof(proof, given, nowMs)).toEqual({ good: reason.endsWith('_good'), reason });
});

test('a signature holds for the bytes that were signed alone', () => {
  const headers: Record<string, string> = { 'x-hub-signature-256': hex };
  const given = { header: (name: string) => headers[name] ?? null, pathSecret: null };
  expect(decideProof(hmac, { ...given, body: Buffer.from(`${body} `) }, nowMs)).toMatchObject({
    good: false,
  });
});

test('the same body under a key is the same delivery, another is not', () => {
  expect(decideRepeat('a', 'a')).toBe('same_delivery');
  expect(decideRepeat('a', 'b')).toBe('other_body');
});
