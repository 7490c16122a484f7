import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { message, noTelegram, webhookTo } from '../../../test/notify.ts';
import { type Answer, startReceiver } from '../../../test/webhook-receiver.ts';
import type { Ctx } from '../../store/index.ts';
import type { ChannelDeps } from './index.ts';
import { webhookChannel } from './webhook.ts';

function createDeps(): ChannelDeps {
  const http = new Agent();
  onTestFinished(() => http.destroy());
  // Of the context a webhook needs the time alone.
  const ctx = { clock: createTestClock() } as unknown as Ctx;
  return { ctx, http, telegram: noTelegram };
}

async function sendTo(answer: Answer, timeoutMs = 5000) {
  const receiver = await startReceiver();
  receiver.standing = answer;
  const outcome = await webhookChannel.send(
    message(),
    webhookTo(`${receiver.url}/hook`, timeoutMs),
    createDeps(),
  );
  return { outcome, receiver };
}

describe('a webhook', () => {
  test('gets the body of the contract, its key as a header, and signatures over the exact bytes', async () => {
    const receiver = await startReceiver();
    const config = {
      ...webhookTo(`${receiver.url}/hook?room=1`),
      secret: 'hush',
      headers: { 'X-Team': 'core' },
    };
    const outcome = await webhookChannel.send(message(), config, createDeps());
    expect(outcome).toEqual({ kind: 'delivered', providerMessageId: null });
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received;
    expect(path).toBe('/hook?room=1');
    const { incident } = message();
    expect(JSON.parse(body)).toEqual({
      event: 'incident.opened',
      idempotency_key: 'inc_7/incident.opened/1/ops',
      reason: 'first',
      severity: 'P1',
      title: 'api is slow',
      text: 'api in prod.\nSince noon.',
      sent_at: '2026-03-01T12:00:00.000Z',
      url: 'http://tocsin.test/incidents/INC-7',
      incident,
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'inc_7/incident.opened/1/ops',
      'webhook-id': 'inc_7/incident.opened/1/ops',
      'webhook-timestamp': '1772366400',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'hush').update(body).digest('hex')}`,
      'x-team': 'core',
    });
  });

  test('about an alert gets the alert and no incident', async () => {
    const receiver = await startReceiver();
    const about = message({ incident: null, alert: { alert_ref: 'alrt_1' } });
    await webhookChannel.send(about, webhookTo(receiver.url), createDeps());
    const body = JSON.parse(receiver.received[0]?.body ?? '') as object;
    expect(body).toMatchObject({ alert: { alert_ref: 'alrt_1' } });
    expect(body).not.toHaveProperty('incident');
  });

  test('sends the name and password of its address as a header, and configured headers cannot forge a key', async () => {
    const receiver = await startReceiver();
    const url = receiver.url.replace('//', '//me:p%40ss@');
    const config = { ...webhookTo(url), headers: { 'Idempotency-Key': 'forged' } };
    await webhookChannel.send(message(), config, createDeps());
    expect(receiver.received[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
      'idempotency-key': 'inc_7/incident.opened/1/ops',
    });
  });

  test('that answers 429 is left alone for as long as it says', async () => {
    const { outcome } = await sendTo({ status: 429, headers: { 'retry-after': '7' } });
    const retryAt = Date.parse('2026-03-01T12:00:07Z');
    expect(outcome).toEqual({ kind: 'throttled', error: 'HTTP 429', retryAt });
  });

  test('that redirects is not followed', async () => {
    const elsewhere = await startReceiver();
    const { outcome } = await sendTo({ status: 302, headers: { location: elsewhere.url } });
    expect(outcome).toMatchObject({ kind: 'refused', cause: 'http_302' });
    expect(elsewhere.received).toEqual([]);
  });

  test('that refuses is quoted, on one line and not at length', async () => {
    const { outcome } = await sendTo({ status: 400, body: `no\u001b[31m\nsuch room ${'x'.repeat(5000)}` });
    expect(outcome).toMatchObject({
      kind: 'refused',
      error: expect.stringMatching(/^HTTP 400: no \[31m such room x{100,200}$/),
    });
  });

  test.each<[Answer, string]>([
    ['hang', 'timeout'],
    ['reset', 'network'],
    ['garbage', 'network'],
    [{ status: 500 }, 'http_500'],
  ])('that answers with %j was not reached, by %s', async (answer, cause) => {
    const { outcome } = await sendTo(answer, answer === 'hang' ? 50 : 5000);
    expect(outcome).toMatchObject({ kind: 'unreachable', cause });
  });

  test('that answers well has the message, even if its answer never ends', async () => {
    const { outcome } = await sendTo('endless', 50);
    expect(outcome).toEqual({ kind: 'delivered', providerMessageId: null });
  });

  test('that had not answered when Tocsin was stopped was not reached', async () => {
    const receiver = await startReceiver();
    receiver.standing = 'hang';
    const deps = createDeps();
    receiver.onRequest = () => deps.http.destroy();
    const outcome = await webhookChannel.send(message(), webhookTo(receiver.url), deps);
    expect(outcome).toMatchObject({ kind: 'unreachable', error: 'no answer until Tocsin was stopped' });
  });

  test('that is not there was not reached', async () => {
    const outcome = await webhookChannel.send(message(), webhookTo('http://127.0.0.1:1/'), createDeps());
    expect(outcome).toMatchObject({ kind: 'unreachable', cause: 'network' });
  });

  test('gets its messages over connections that stay open', async () => {
    const receiver = await startReceiver();
    const deps = createDeps();
    let connections = 0;
    deps.http.on('connect', () => void connections++);
    for (let i = 0; i < 5; i++) await webhookChannel.send(message(), webhookTo(receiver.url), deps);
    expect(receiver.received.length).toBe(5);
    // A connection may still be busy with its last answer when the next message comes.
    expect(connections).toBeLessThanOrEqual(2);
  });
});
