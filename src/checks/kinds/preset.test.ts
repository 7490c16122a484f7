import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkDefaults } from '../../../test/check-defaults.ts';
import { createTestClock } from '../../../test/clock.ts';
import { startHttpTarget } from '../../../test/misbehaving-target.ts';
import { type ProviderAnswer, startProvider } from '../../../test/provider.ts';
import type { CheckConfig, PresetTarget } from '../../config/types.ts';
import { runCheck } from '../run.ts';

const clock = createTestClock();
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const account = { email: 'tocsin@shop.iam.example', keyId: 'key-1', privateKey };

type Kind = PresetTarget['kind'];
type Changes = Partial<Pick<CheckConfig, 'conditions' | 'retries'>>;

const targetOf = (kind: Kind, baseUrl: string, key: string | null = 'k3y-of-the-shop'): PresetTarget =>
  kind === 'firestore'
    ? {
        ...{ kind, baseUrl, project: 'shop', database: '(default)', document: 'health/to csin' },
        account: key === null ? null : account,
      }
    : { kind, baseUrl, apiKey: key };

const run = (target: PresetTarget, changes: Changes = {}) =>
  runCheck({ ...checkDefaults, retries: 0, ...changes, ...target }, { clock });

it.each<[Kind, string, Record<string, string>]>([
  ['anthropic', '/v1/models?limit=1', { 'x-api-key': 'k3y-of-the-shop', 'anthropic-version': '2023-06-01' }],
  ['openai', '/v1/models', { authorization: 'Bearer k3y-of-the-shop' }],
  ['deepgram', '/v1/projects', { authorization: 'Token k3y-of-the-shop' }],
  ['typesense', '/health', { 'x-typesense-api-key': 'k3y-of-the-shop' }],
])('%s is asked for %s, with its key and nothing to pay for', async (kind, path, headers) => {
  const provider = await startProvider({ body: '{"ok":true}' });
  expect(await run(targetOf(kind, `${provider.url}/base`))).toMatchObject({ status: 'ok', detail: null });
  expect(provider.requests).toMatchObject([{ method: 'GET', path: `/base${path}`, headers, body: '' }]);
});

it('firestore is asked for a document with a token that its account has signed for ten minutes', async () => {
  const provider = await startProvider();
  expect(await run(targetOf('firestore', provider.url))).toMatchObject({ status: 'ok' });
  const [request] = provider.requests;
  expect(request).toMatchObject({
    method: 'GET',
    path: '/v1/projects/shop/databases/(default)/documents/health/to%20csin',
  });
  const [, header = '', claims = '', signature = ''] =
    /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(request?.headers.authorization ?? '') ?? [];
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const seconds = Math.floor(clock.now() / 1000);
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
  expect(read(claims)).toEqual({
    iss: account.email,
    sub: account.email,
    aud: 'https://firestore.googleapis.com/',
    iat: seconds,
    exp: seconds + 600,
  });
  const content = Buffer.from(`${header}.${claims}`);
  const sent = Buffer.from(signature, 'base64url');
  expect(verify('RSA-SHA256', content, createPublicKey(privateKey), sent)).toBe(true);
});

it.each<[Kind, string]>([
  ['anthropic', 'ANTHROPIC_API_KEY'],
  ['openai', 'OPENAI_API_KEY'],
  ['deepgram', 'DEEPGRAM_API_KEY'],
  ['typesense', 'TYPESENSE_API_KEY'],
  ['firestore', 'GOOGLE_APPLICATION_CREDENTIALS'],
])('%s without a key is not configured, and nobody is asked', async (kind, variable) => {
  const provider = await startProvider();
  expect(await run(targetOf(kind, provider.url, null), { retries: 3 })).toEqual({
    status: 'unknown',
    reason: 'not_configured',
    detail: `${variable} is not set`,
    latencyMs: 0,
  });
  expect(provider.requests).toEqual([]);
});

it('typesense without a host names the host', async () => {
  const target: PresetTarget = { kind: 'typesense', baseUrl: null, apiKey: 'k3y-of-the-shop' };
  expect(await run(target)).toMatchObject({
    reason: 'not_configured',
    detail: 'TYPESENSE_HOST is not set',
  });
});

const missing = (message: string) => JSON.stringify({ error: { code: 404, message, status: 'NOT_FOUND' } });
const noDocument = missing('Document "projects/shop/databases/(default)/documents/health/tocsin" not found.');
const noDatabase = missing('The database (default) does not exist for project shop');

it.each<[Kind, ProviderAnswer, string, string | null]>([
  ['openai', { status: 401 }, 'down', 'status in [200, 429], was 401: the key in OPENAI_API_KEY is refused'],
  [
    'anthropic',
    { status: 403 },
    'down',
    'status in [200, 429], was 403: the key in ANTHROPIC_API_KEY is refused',
  ],
  ['deepgram', { status: 503 }, 'down', 'status in [200, 429], was 503'],
  ['anthropic', { status: 429 }, 'degraded', 'status == 200, was 429'],
  ['typesense', { body: '{"ok":false}' }, 'down', 'body.ok == true, was false'],
  ['typesense', { body: '<html>' }, 'down', 'body.ok == true, was missing'],
  ['typesense', { status: 503, body: '{"ok":true}' }, 'down', 'status == 200, was 503'],
  ['firestore', { status: 404, body: noDocument }, 'ok', null],
  [
    'firestore',
    { status: 404, body: noDatabase },
    'down',
    'status != 404 or body.error.message contains Document, was status 404, body.error.message The database (default) does not exist for project shop',
  ],
  [
    'firestore',
    { status: 404, body: 'no such page' },
    'down',
    'status != 404 or body.error.message contains Document, was status 404, body.error.message missing',
  ],
  [
    'firestore',
    { status: 403 },
    'down',
    'status in [200, 404, 429], was 403: the key in GOOGLE_APPLICATION_CREDENTIALS is refused',
  ],
  ['firestore', { status: 429 }, 'degraded', 'status != 429, was 429'],
])('%s that answers %j is %s', async (kind, answer, status, detail) => {
  const provider = await startProvider(answer);
  expect(await run(targetOf(kind, provider.url))).toMatchObject({ status, detail });
});

it('a condition of its own on the status replaces the usual one, and that on the body stays', async () => {
  const provider = await startProvider({ status: 403, body: '{"ok":false}' });
  const conditions = ['status in [200, 403]'];
  expect(await run(targetOf('openai', provider.url), { conditions })).toMatchObject({ status: 'ok' });
  expect(await run(targetOf('typesense', provider.url), { conditions })).toMatchObject({
    status: 'down',
    reason: 'condition_failed',
    detail: expect.stringMatching(/^body\.ok == true, was false/),
  });
});

it.each<Kind>(['anthropic', 'openai', 'deepgram', 'typesense', 'firestore'])(
  '%s that points elsewhere is not followed there',
  async (kind) => {
    const other = await startProvider({ body: '{"ok":true}' });
    const provider = await startProvider({ status: 302, headers: { location: `${other.url}/v1/models` } });
    expect(await run(targetOf(kind, provider.url))).toMatchObject({
      status: 'down',
      reason: 'status_mismatch',
      detail: expect.stringMatching(/, was 302$/),
    });
    expect(other.requests).toEqual([]);
  },
);

it.each<Kind>(['anthropic', 'openai', 'deepgram', 'typesense', 'firestore'])(
  '%s that says back what it was sent tells nobody the key',
  async (kind) => {
    const provider = await startProvider();
    await run(targetOf(kind, provider.url));
    const { authorization = '', ...headers } = provider.requests[0]?.headers ?? {};
    const sent = [authorization.replace(/^\w+ /, ''), headers['x-api-key'], headers['x-typesense-api-key']];
    const secret = String(sent.find(Boolean));
    provider.answer({ body: `{"ok":true,"said":"you sent ${secret}, and ${secret}"}` });
    const { detail } = await run(targetOf(kind, provider.url), {
      conditions: ['body.said == nothing'],
    });
    expect(detail).toBe('body.said == nothing, was you sent [redacted], and [redacted]');
  },
);

it('a key with quotes is hidden in JSON too', async () => {
  const apiKey = 'k3y"of\\the"shop';
  const provider = await startProvider({ body: JSON.stringify({ ok: [apiKey] }) });
  const { detail } = await run({ kind: 'typesense', baseUrl: provider.url, apiKey });
  expect(detail).toBe('body.ok == true, was ["[redacted]"]');
});

it('a service that hangs is down at the timeout, and left', async () => {
  const silent = await startHttpTarget();
  const outcome = runCheck(
    { ...checkDefaults, retries: 0, ...targetOf('openai', `${silent.url}/hang`) },
    { clock },
  );
  await silent.asked(1);
  await clock.advance(5000);
  expect(await outcome).toMatchObject({ status: 'down', reason: 'timeout' });
  await silent.deserted();
  await silent.close();
});
