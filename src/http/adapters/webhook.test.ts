import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDoor } from '../../../test/door.ts';
import type { WebhookConfig, WebhookProof } from '../../config/index.ts';
import { systemActor } from '../../core/actor.ts';
import { signWebhook } from '../../notify/channels/sign-webhook.ts';

const secret = 'a-secret-of-the-sender';
const webhook = (proof: WebhookProof, mapping = '$'): WebhookConfig => ({
  proof,
  mapping,
  defaults: { service: 'billing', labels: { team: 'a' } },
  severities: { sev1: 'P0' },
});
const hmac: WebhookProof = { kind: 'hmac', secret, header: 'x-hub-signature-256' };
const webhooks = {
  hub: webhook(hmac, '$exists(title) or $type($) = "array" ? $ : { "title": $headers."x-event" }'),
  broken: webhook(hmac, '$uppercase(n)'),
  unset: webhook({ ...hmac, secret: null }),
  standard: webhook({ kind: 'standard', secret, toleranceMs: 300_000 }),
  token: webhook({ kind: 'token', secret, header: 'x-webhook-token' }),
  path: webhook({ kind: 'path', secret }),
};
const sign = (body: string | Buffer) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});

async function open(env: Record<string, string> = {}) {
  const door = await openDoor({ config: { webhooks }, env });
  const post = (path: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    door.server.inject({ method: 'POST', url: `/v1/webhooks/${path}`, payload, headers });
  const titles = async () =>
    (
      await door.context(systemActor('test')).db.selectFrom('alert').select(['title', 'source']).execute()
    ).map(({ title, source }) => `${source} ${title}`);
  return { ...door, post, titles };
}

test('what a sender signs becomes alerts: one for an object, a list for a list, a line of NDJSON each', async () => {
  const { post, titles } = await open();
  const one = '{"title":"a","severity":"sev1"}';
  expect((await post('hub', one, sign(one))).json()).toMatchObject({ accepted: true, occurrences: 1 });
  const list = '[{"title":"b"},{"title":"c"}]';
  expect((await post('hub', list, sign(list))).json()).toMatchObject([
    { accepted: true },
    { accepted: true },
  ]);
  const lines = '{"title":"d"}\n{"title":"e"}\n';
  const ndjson = await post('hub', lines, { ...sign(lines), 'content-type': 'application/x-ndjson' });
  expect(ndjson.json()).toHaveLength(2);
  const zipped = { ...sign('{}'), 'content-encoding': 'gzip', 'x-event': 'ping' };
  expect((await post('hub', gzipSync('{}'), zipped)).statusCode).toBe(200);
  expect((await titles()).toSorted()).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'ping'].map((t) => `webhook:hub ${t}`),
  );
});

test('every kind of proof lets its sender in', async () => {
  const { post, clock } = await open();
  const body = '{"title":"a"}';
  const statuses = [
    await post('standard', body, signWebhook('msg_1', clock.now(), body, secret)),
    await post('token', body, { 'x-webhook-token': secret }),
    await post(`path/${secret}`, body),
  ].map(({ statusCode }) => statusCode);
  expect(statuses).toEqual([200, 200, 200]);
});

test('nobody else is let in, and the limit covers those who try', async () => {
  const { post, lines, titles } = await open({ RATE_LIMIT_MAX: '7' });
  const body = '{"title":"a"}';
  for (const [path, headers, status, reason] of [
    ['hub', {}, 401, 'signature_missing'],
    ['hub', sign(`${body} `), 401, 'signature_wrong'],
    ['unset', sign(body), 401, 'secret_not_set'],
    ['token', { 'x-webhook-token': 'x' }, 401, 'secret_wrong'],
    ['path', {}, 401, 'secret_missing'],
    ['path/wrong-secret-000', {}, 401, 'secret_wrong'],
    ['toString', {}, 404, undefined],
  ] as const) {
    const refused = await post(path, body, headers);
    expect(refused.statusCode, path).toBe(status);
    expect(refused.json().error.details?.reason).toBe(reason);
  }
  expect((await post('hub', body)).statusCode).toBe(429);
  expect((await post('hub', body, sign(body))).statusCode).toBe(200);
  expect(await titles()).toEqual(['webhook:hub a']);
  expect(lines.filter(({ fields }) => fields.tag === 'webhook')).toHaveLength(6);
});

test('a secret in the path stands in no log', async () => {
  const { post, lines } = await open({ LOG_REQUESTS: 'true' });
  await post(`path/${secret}`, '{"title":"a"}');
  await post(`path/${secret}`, 'no json');
  await post(`path/${secret}x`, '{}');
  expect(lines.length).toBeGreaterThan(3);
  expect(JSON.stringify(lines)).not.toContain(secret);
});

test('the same delivery again is answered the same and does nothing; another under its id is refused', async () => {
  const { post, clock, titles } = await open();
  const body = '{"title":"a"}';
  const send = (text: string) => post('standard', text, signWebhook('msg_1', clock.now(), text, secret));
  const first = await send(body);
  await clock.advance(60_000);
  const again = await send(body);
  expect(again.json()).toEqual(first.json());
  expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
  expect((await send('{"title":"b"}')).statusCode).toBe(409);
  const other = '{"title":"c"}';
  const key = { ...sign(other), 'idempotency-key': 'k' };
  await post('hub', other, key);
  expect((await post('hub', other, key)).json()).toMatchObject({ occurrences: 1 });
  expect(await titles()).toHaveLength(2);
});

test('what the mapping cannot take is refused with the place, and can be found in the log', async () => {
  const { post, lines, context } = await open();
  const body = '{"n":{"card":1}}';
  const failed = await post('broken', body, { ...sign(body), 'x-github-delivery': 'd-17' });
  expect(failed.statusCode).toBe(400);
  expect(failed.json().error).toMatchObject({
    code: 'VALIDATION_ERROR',
    message: expect.stringMatching(/^on the body: line 1, column \d+ of the mapping: /),
  });
  const mixed = '[{"title":"good"},{"title":"bad","kind":"weather"}]';
  const half = await post('hub', mixed, { ...sign(mixed), 'idempotency-key': 'd-18' });
  expect(half.statusCode).toBe(207);
  const single = '{"title":"bad","kind":"weather"}';
  expect((await post('hub', single, sign(single))).json()).toMatchObject({
    accepted: false,
    errors: [{ field: 'kind' }],
    error: { code: 'VALIDATION_ERROR' },
  });
  expect(lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toMatchObject([
    { webhook: 'broken', delivery_id: 'd-17', body_bytes: body.length, body_start: body },
    { webhook: 'hub', delivery_id: 'd-18' },
    { webhook: 'hub', delivery_id: null },
  ]);
  expect(
    await context(systemActor('test')).metrics.registry.getSingleMetricAsString(
      'tocsin_webhook_deliveries_total',
    ),
  ).toContain('{webhook="broken",result="failed"} 1');
});

test('a body beyond 5 MiB is refused, packed or not', async () => {
  const { post } = await open();
  const huge = Buffer.alloc(5 * 1024 * 1024 + 1, 0x20);
  expect((await post('hub', huge, sign(huge))).statusCode).toBe(413);
  const packed = gzipSync(huge);
  expect((await post('hub', packed, { ...sign(huge), 'content-encoding': 'gzip' })).statusCode).toBe(413);
});

test('whatever is sent, signed or not, the answer is never a fault of ours', {
  timeout: 300_000,
}, async () => {
  const { post, clock } = await open({ RATE_LIMIT_MAX: '1000000' });
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.json().map((text) => text.slice(0, -1)),
    fc
      .record({
        title: fc.string({ unit: 'binary' }),
        severity: fc.oneof(fc.constantFrom('sev1', 'P1', 'toString'), fc.anything()),
        labels: fc.dictionary(fc.string(), fc.jsonValue()),
        ends_at: fc.string(),
        metrics: fc.jsonValue(),
      })
      .map((alert) => JSON.stringify(alert, (_, value) => (typeof value === 'bigint' ? 1 : value))),
    fc.constantFrom(
      '{"title":"x"}',
      '',
      'null',
      '[]',
      '{"__proto__":{"title":"x"}}',
      '{"title":"x","labels":{"__proto__":1}}',
    ),
  );
  const way = fc.constantFrom(
    'hub',
    'broken',
    'standard',
    'token',
    `path/${secret}`,
    'path/%00',
    '__proto__',
  );
  const noise = fc.record(
    {
      'x-hub-signature-256': fc.string(),
      'webhook-timestamp': fc.string(),
      'webhook-signature': fc.string(),
      'webhook-id': fc.string(),
      'idempotency-key': fc.string(),
      'content-type': fc.oneof(fc.constantFrom('application/x-ndjson', 'text/plain'), fc.string()),
      'content-encoding': fc.constantFrom('gzip', 'br', 'x'),
    },
    { requiredKeys: [] },
  );
  let letIn = 0;
  await fc.assert(
    fc.asyncProperty(way, body, noise, fc.boolean(), async (path, payload, noise, isSigned) => {
      const good = { ...sign(payload), 'x-webhook-token': secret };
      const signed = { ...good, ...signWebhook(String(letIn), clock.now(), payload, secret) };
      const safe = Object.fromEntries(
        Object.entries(noise).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, '?')]),
      );
      const { 'content-encoding': _, ...plain } = safe;
      const answered = await post(path, payload, isSigned ? { ...plain, ...signed } : { ...good, ...safe });
      if (isSigned && answered.statusCode === 200) letIn++;
      expect(answered.statusCode, answered.body).toBeLessThan(500);
      const isForged = !isSigned && 'x-hub-signature-256' in noise && ['hub', 'broken'].includes(path);
      if (isForged) expect(answered.statusCode).toBeGreaterThanOrEqual(400);
    }),
    { numRuns: 2000 },
  );
  expect(letIn).toBeGreaterThan(50);
});
