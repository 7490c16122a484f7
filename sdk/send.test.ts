import { describe, expect, test } from 'vitest';
import { openClient, titlesIn, well } from '../test/sdk.ts';
import type { Client } from './index.js';

const give = (client: Client, ...titles: string[]) => {
  for (const title of titles) client.sendAlert({ service: 'edge', title });
};
const none = { queued: 0, sent: 0, refused: 0, dropped: 0 };

describe('what is sent', () => {
  test('goes together with what comes within the interval, as it was when it was given', async () => {
    const { client, clock, asked, receiver } = await openClient();
    const alert = { service: 'edge', title: 'one' };
    client.sendAlert(alert);
    alert.title = 'changed';
    await clock.advance(999);
    give(client, 'two');
    expect([receiver.received.length, client.stats().alerts.queued]).toEqual([0, 2]);
    await clock.advance(1);
    const [request] = await asked(1);
    expect(request).toMatchObject({
      path: '/v1/alerts',
      headers: { authorization: 'Bearer toc_secret', 'content-type': 'application/json' },
      body: '[{"service":"edge","title":"one"},{"service":"edge","title":"two"}]',
    });
    expect(client.stats()).toEqual({ alerts: { ...none, sent: 2 }, metrics: none });
  });

  test('does not wait where a batch is full, nor on a flush', async () => {
    const { client, asked } = await openClient({ batchSize: 2 });
    give(client, '1', '2', '3');
    const [first] = await asked(1);
    expect(first && titlesIn(first)).toEqual(['1', '2']);
    expect(await client.flush()).toMatchObject({ alerts: { queued: 0, sent: 3 } });
  });

  test('is split where all of it would be too large for one body', async () => {
    const { client, receiver } = await openClient();
    for (const title of ['a', 'b', 'c']) give(client, title.repeat(2_000_000));
    expect(await client.flush()).toMatchObject({ alerts: { sent: 3 } });
    expect(receiver.received.map(({ body }) => titlesIn({ body } as never).length)).toEqual([2, 1]);
  });

  test('counts metrics of a run once, however often they are sent', async () => {
    const { client, receiver, asked, clock } = await openClient();
    receiver.script = [{ status: 503 }];
    client.recordMetric('rows', 1);
    client.recordMetric('rows', 2);
    client.recordMetric('rows', 3, { runId: 'run_2', recordedAt: new Date(0) });
    const flushed = client.flush();
    await asked(1);
    await clock.advance(1000);
    expect((await flushed).metrics).toEqual({ ...none, sent: 3 });
    const [first, again, other] = receiver.received;
    expect(again?.body).toBe(first?.body);
    expect(JSON.parse(first?.body ?? '')).toEqual({
      run_id: 'run_1',
      batch_id: 'batch-1',
      metrics: [
        { name: 'rows', value: 1, recorded_at: '2026-03-01T12:00:00.000Z' },
        { name: 'rows', value: 2, recorded_at: '2026-03-01T12:00:00.000Z' },
      ],
    });
    expect(JSON.parse(other?.body ?? '')).toMatchObject({
      run_id: 'run_2',
      metrics: [{ recorded_at: '1970-01-01T00:00:00.000Z' }],
    });
  });
});

describe('what the server refuses', () => {
  test('is told with its reason, and takes nothing good with it', async () => {
    const { client, receiver, problems } = await openClient();
    const bad = { accepted: false, errors: [{ field: 'title', message: 'is missing' }] };
    receiver.script = [{ status: 207, body: JSON.stringify([{ accepted: true }, bad, { accepted: true }]) }];
    give(client, '1', '2', '3');
    expect((await client.flush()).alerts).toEqual({ ...none, sent: 2, refused: 1 });
    expect(problems.map(({ message }) => message)).toEqual([
      'alerts were refused (1 of 3): title: is missing',
    ]);
  });

  test('of metrics is left out of the next try', async () => {
    const { client, receiver, problems } = await openClient();
    const errors = [{ field: 'metrics.1.name', message: 'is unknown' }];
    const body = JSON.stringify({ error: { code: 'VALIDATION_ERROR', message: 'x', details: { errors } } });
    receiver.script = [{ status: 400, body }];
    for (const name of ['rows', 'weather', 'rows']) client.recordMetric(name, 1);
    expect((await client.flush()).metrics).toEqual({ ...none, sent: 2, refused: 1 });
    expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({
      batch_id: 'batch-2',
      metrics: [{ name: 'rows' }, { name: 'rows' }],
    });
    expect(problems[0]?.message).toBe('metrics were refused (1 of 3): metrics.1.name: is unknown');
  });

  test('whole is not sent again', async () => {
    const { client, receiver, problems } = await openClient();
    const error = { code: 'FORBIDDEN', message: 'the role viewer lacks it' };
    receiver.script = [{ status: 403, body: JSON.stringify({ error }) }];
    give(client, '1', '2');
    expect((await client.flush()).alerts).toEqual({ ...none, refused: 2 });
    expect(problems).toMatchObject([
      { code: 'FORBIDDEN', status: 403, message: 'alerts were refused (2): the role viewer lacks it' },
    ]);
  });

  test('is told once until something gets through again', async () => {
    const { client, receiver, problems } = await openClient({ batchSize: 1 });
    const error = { code: 'UNAUTHORIZED', message: 'the token is unknown' };
    receiver.standing = { status: 401, body: JSON.stringify({ error }) };
    for (let count = 0; count < 20; count++) give(client, 'x');
    expect((await client.flush()).alerts).toEqual({ ...none, refused: 20 });
    expect(problems).toMatchObject([{ code: 'UNAUTHORIZED', status: 401 }]);
    receiver.standing = { status: 207, body: '[{"accepted":false}]' };
    give(client, 'bad', 'bad');
    await client.flush();
    expect(problems.length).toBe(2);
    receiver.standing = well;
    give(client, 'good');
    await client.flush();
    receiver.standing = { status: 401, body: JSON.stringify({ error }) };
    give(client, 'x');
    await client.flush();
    expect(problems.map(({ code }) => code)).toEqual(['UNAUTHORIZED', 'REFUSED', 'UNAUTHORIZED']);
  });

  test('for its size goes in halves', async () => {
    const { client, receiver } = await openClient();
    receiver.standing = (request) => (titlesIn(request).length > 1 ? { status: 413 } : well(request));
    give(client, '1', '2', '3');
    expect((await client.flush()).alerts).toEqual({ ...none, sent: 3 });
    expect(receiver.received.map((request) => titlesIn(request).join())).toEqual([
      '1,2,3',
      '1,2',
      '1',
      '2',
      '3',
    ]);
  });
});

describe('a server', () => {
  test.each([
    ['that is down', 'reset'],
    ['that speaks something else', 'garbage'],
    ['that is not ready', { status: 503 }],
    ['that is broken', { status: 500 }],
    ['that is no Tocsin', { status: 200, body: '<html>' }],
  ] as const)('%s is asked again, ever less often, and what it missed goes in order', async (_, answer) => {
    const { client, clock, receiver, asked, problems, until } = await openClient({ batchSize: 2 });
    receiver.script = [answer, answer, answer];
    give(client, '1', '2', '3');
    await asked(1);
    for (const [count, delayMs] of [
      [2, 1000],
      [3, 2000],
      [4, 4000],
    ] as const) {
      await clock.advance(delayMs - 1);
      expect(receiver.received.length).toBe(count - 1);
      await clock.advance(1);
      await asked(count);
    }
    await clock.advance(1000);
    await until(() => client.stats().alerts.sent === 3);
    expect(receiver.received.slice(3).map(titlesIn)).toEqual([['1', '2'], ['3']]);
    expect(problems.length).toBe(1);
  });

  test('that answers nothing is waited for no longer than the time limit', async () => {
    const { client, clock, receiver, reached, asked, problems } = await openClient({ timeoutMs: 3000 });
    receiver.script = ['hang', 'endless'];
    give(client, '1');
    const flushed = client.flush({ timeoutMs: 60_000 });
    for (const count of [1, 2]) {
      await reached(count);
      await clock.advance(3000);
      await asked(count);
      await clock.advance(1000 * count);
    }
    expect((await flushed).alerts).toEqual({ ...none, sent: 1 });
    expect(problems).toMatchObject([{ code: 'TIMEOUT', message: expect.stringContaining('in 3000 ms') }]);
  });

  test('that names a time is left alone until then', async () => {
    const { client, clock, receiver, asked } = await openClient();
    receiver.script = [{ status: 429, headers: { 'retry-after': '90' } }];
    give(client, '1');
    void client.flush();
    await asked(1);
    await clock.advance(90_000);
    expect(receiver.received.length).toBe(1);
    await clock.advance(500);
    await asked(2);
    expect(client.stats().alerts.sent).toBe(1);
  });

  test('that breaks on a batch five times does not hold up the others', async () => {
    const { client, clock, receiver, asked, until } = await openClient({ batchSize: 1 });
    receiver.standing = (request) => (titlesIn(request)[0] === 'bad' ? { status: 500 } : well(request));
    give(client, 'bad', 'good');
    for (const count of [1, 2, 3, 4]) {
      await asked(count);
      await clock.advance(500 * 2 ** count);
    }
    await until(() => client.stats().alerts.sent === 1);
    expect(client.stats().alerts).toEqual({ ...none, sent: 1, refused: 1 });
  });
});
