import { describe, expect, test } from 'vitest';
import { openClient, titlesIn } from '../test/sdk.ts';
import { type AlertInput, type Client, createClient, TocsinError } from './index.js';

const give = (client: Client, ...titles: string[]) => {
  for (const title of titles) client.sendAlert({ service: 'edge', title });
};
const none = { queued: 0, sent: 0, refused: 0, dropped: 0 };

describe('the caller', () => {
  test.each<[unknown]>([
    [undefined],
    [null],
    ['text'],
    [[{ service: 'edge' }]],
    [{ service: 'edge', metrics: { large: 1n } }],
    [
      {
        toJSON() {
          throw new Error('not me');
        },
      },
    ],
    [Object.assign([], { self: null })],
    [() => 1],
  ])('is never harmed by an alert that cannot be written', async (alert) => {
    const { client, problems } = await openClient();
    client.sendAlert(alert as AlertInput);
    expect(client.stats().alerts).toEqual({ ...none, dropped: 1 });
    expect(problems).toMatchObject([{ code: 'DROPPED' }]);
  });

  test('is never harmed by a metric that is none, or by a listener that throws', async () => {
    const { client } = await openClient({
      onProblem() {
        throw new Error('not my problem');
      },
    });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1' as never])
      client.recordMetric('rows', value);
    client.recordMetric('rows', 1, { recordedAt: new Date(Number.NaN) });
    client.recordMetric('rows', 1, { runId: '' });
    expect(client.stats().metrics).toEqual({ ...none, dropped: 5 });
  });

  test('that has named no address goes on, and hears of it once', async () => {
    for (const [env, said] of [
      [{ TOCSIN_URL: '' }, 'TOCSIN_URL is not set'],
      [{ TOCSIN_URL: 'tocsin' }, 'TOCSIN_URL is no address'],
      [{ TOCSIN_URL: 'ftp://tocsin' }, 'TOCSIN_URL is no address'],
      [{ TOCSIN_URL: 'http://ann:hush@tocsin' }, 'neither a password'],
      [{ TOCSIN_TOKEN: 'toc_a\nb' }, 'what no token does'],
    ] as const) {
      const { client, problems } = await openClient({}, env);
      give(client, '1', '2');
      expect(await client.flush()).toMatchObject({ alerts: { ...none, dropped: 2 } });
      expect(problems).toMatchObject([{ code: 'NOT_CONFIGURED', message: expect.stringContaining(said) }]);
      await expect(client.state.get('calls')).rejects.toBeInstanceOf(TocsinError);
      await expect(client.state.get('calls')).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
    }
  });

  test.each([
    { batchSize: 0 },
    { batchSize: 1001 },
    { batchSize: 1.5 },
    { maxQueued: 0 },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { flushIntervalMs: -1 },
    { flushIntervalMs: '5' as never },
  ])('is told at once of %j', (options) => {
    expect(() => createClient(options)).toThrow(RangeError);
  });
});

describe('what waits', () => {
  test('is bounded in number; the oldest are dropped, counted and told', async () => {
    const { client, clock, receiver, reached, asked, problems } = await openClient({
      maxQueued: 3,
      batchSize: 2,
    });
    receiver.script = ['hang'];
    give(client, '1', '2');
    await reached(1);
    give(client, '3', '4', '5', '6');
    expect(client.stats().alerts).toEqual({ ...none, queued: 3, dropped: 3 });
    expect(problems.map(({ message }) => message)).toEqual(['alerts are lost: the oldest were dropped']);
    const flushed = client.flush({ timeoutMs: 60_000 });
    await clock.advance(5000);
    await asked(1);
    await clock.advance(1000);
    expect((await flushed).alerts).toEqual({ ...none, sent: 3, dropped: 3 });
    expect(receiver.received.slice(1).map(titlesIn)).toEqual([['1', '2'], ['6']]);
  });

  test('is bounded in bytes, those on their way included', async () => {
    const { client, receiver, reached } = await openClient({ maxQueuedBytes: 100, batchSize: 1 });
    receiver.script = ['hang'];
    give(client, '1');
    await reached(1);
    give(client, 'é'.repeat(20), 'short', 'x'.repeat(100));
    expect(client.stats().alerts).toEqual({ ...none, queued: 1, dropped: 3 });
  });

  test('costs little to drop, however long the queue', async () => {
    const { client } = await openClient({ maxQueued: 20_000 });
    const startedAt = performance.now();
    for (let count = 0; count < 100_000; count++) give(client, 'x');
    expect(client.stats().alerts).toMatchObject({ queued: 20_000, dropped: 80_000 });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('a close', () => {
  test('sends what waits, takes nothing more, and changes nothing when it is repeated', async () => {
    const { client, receiver, problems } = await openClient();
    give(client, '1');
    client.recordMetric('rows', 1);
    const closed = client.close();
    give(client, 'too late');
    expect(client.close({ timeoutMs: 1 })).toBe(closed);
    expect(await closed).toEqual({ alerts: { ...none, sent: 1, dropped: 1 }, metrics: { ...none, sent: 1 } });
    expect(receiver.received.length).toBe(2);
    expect(problems).toMatchObject([{ code: 'DROPPED', message: expect.stringContaining('is closed') }]);
    expect(await client.flush()).toEqual(await closed);
  });

  test('is over in its time, whatever the server does, and counts what was lost', async () => {
    const { client, clock, receiver, reached, problems } = await openClient({ batchSize: 2 });
    receiver.standing = 'hang';
    give(client, '1', '2', '3');
    await reached(1);
    const closed = client.close({ timeoutMs: 700 });
    await clock.advance(699);
    expect(client.stats().alerts.queued).toBe(3);
    await clock.advance(1);
    expect((await closed).alerts).toEqual({ ...none, dropped: 3 });
    expect(problems.map(({ message }) => message)).toEqual([
      'alerts are lost: 3 had not got through when the client was closed',
    ]);
    await clock.advance(60_000);
    expect([receiver.received.length, client.stats().alerts.dropped]).toEqual([1, 3]);
  });

  test.each([
    ['tries once more at once where the server was away', {}, { sent: 1, dropped: 0 }],
    ['keeps to the time that the server named', { 'retry-after': '9' }, { sent: 0, dropped: 1 }],
  ])('%s', async (_, headers, counts) => {
    const { client, clock, receiver, asked } = await openClient({ batchSize: 1 });
    receiver.script = [{ status: 503, headers }];
    give(client, '1');
    await asked(1);
    const closed = client.close();
    if (counts.dropped > 0) await clock.advance(2000);
    expect((await closed).alerts).toMatchObject(counts);
  });
});
