import { describe, expect, onTestFinished, test } from 'vitest';
import { openClient } from '../test/sdk.ts';
import { createClient, TocsinError } from './index.js';

const thrower = () => {
  throw new Error('not me');
};
const own = new Error('round');
own.cause = own;
const throws = (thrown: unknown) => ({
  toJSON() {
    throw thrown;
  },
});
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const deep = () => {
  let value: object = {};
  for (let depth = 0; depth < 100_000; depth++) value = { value };
  return value;
};
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

/** By what it is: an argument that no type allows. */
const hostile: [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 5],
  ['a large one', 10n ** 30n],
  ['a symbol', Symbol('x')],
  ['a list', [null]],
  ['a function', thrower],
  ['what has no prototype', Object.create(null)],
  ['what cannot be text', { toString: thrower, valueOf: thrower }],
  ['a circle', cyclic],
  ['what is deep', deep()],
  [
    'a proxy that throws',
    new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower }),
  ],
  ['a proxy that was revoked', revoked()],
  ['what throws an error that is its own cause', throws(own)],
  ['what throws null', throws(null)],
  ['what throws what has no prototype', throws(Object.create(null))],
  ['what throws a proxy that was revoked', throws(revoked())],
  [
    'what throws an error that cannot be read',
    throws(Object.defineProperty(new TocsinError('X', ''), 'code', { get: thrower })),
  ],
  [
    'what throws when it is read',
    Object.defineProperties(
      {},
      Object.fromEntries(
        [
          'timeoutMs',
          'runId',
          'recordedAt',
          'namespace',
          'fresh',
          'stamp',
          'service',
          'url',
          'onProblem',
        ].map((name) => [name, { get: thrower, enumerable: true }]),
      ),
    ),
  ],
  [
    'options of strange kinds',
    { timeoutMs: Symbol('x'), runId: cyclic, recordedAt: 7, namespace: Symbol('x') },
  ],
];

/** Hears of every rejection that nobody hears. */
function watchRejections() {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', hear);
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
  });
  return unheard;
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(hostile)('%s', (_, value) => {
  const given = value as never;

  test('harms nobody who reports, and is counted', async () => {
    const unheard = watchRejections();
    const { client } = await openClient();
    client.sendAlert(given);
    client.recordMetric(given, 1);
    client.recordMetric('rows', given);
    client.recordMetric('rows', 1, given);
    client.recordMetric('rows', 1, { runId: given });
    client.recordMetric('rows', 1, { recordedAt: given });
    await client.flush(given);
    await client.flush({ timeoutMs: given });
    const { alerts, metrics } = await client.close(given);
    const sum = ({ queued, sent, refused, dropped }: typeof alerts) => [queued, sent + refused + dropped];
    expect([sum(alerts), sum(metrics)]).toEqual([
      [0, 1],
      [0, 5],
    ]);
    await turn();
    expect(unheard).toEqual([]);
  });

  test('is answered by a TocsinError, or taken, where state is asked for', async () => {
    const { client, receiver } = await openClient();
    receiver.standing = { status: 200, body: '{"data":[]}' };
    const { state } = client;
    const answers = await Promise.allSettled([
      state.get(given),
      state.get('a', given),
      state.get('a', { fresh: given }),
      state.set(given, given),
      state.set('a', given),
      state.set('a', 1, given),
      state.delete(given),
      state.delete('a', given),
      state.list(given),
      state.list({ namespace: given }),
    ]);
    const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(reasons.filter((reason) => !(reason instanceof TocsinError))).toEqual([]);
  });

  test('is a RangeError, or taken, as an option', () => {
    const names = ['url', 'token', 'runId', 'namespace', 'onProblem', 'batchSize', 'timeoutMs'];
    for (const options of [given, ...names.map((name) => ({ [name]: given }))]) {
      let thrown: unknown = null;
      try {
        createClient(options);
      } catch (error) {
        thrown = error;
      }
      expect(thrown === null || thrown instanceof RangeError).toBe(true);
    }
  });
});

describe('a listener', () => {
  test.each<[string, () => unknown]>([
    ['throws', thrower],
    ['rejects', () => Promise.reject(new Error('not my problem'))],
    ['answers what throws when it is waited for', () => Object.defineProperty({}, 'then', { get: thrower })],
  ])('that %s harms nobody', async (_, onProblem) => {
    const unheard = watchRejections();
    const { client } = await openClient({ onProblem });
    client.sendAlert(null as never);
    await turn();
    expect([client.stats().alerts.dropped, unheard]).toEqual([1, []]);
  });

  test('that is none is taken for nobody', async () => {
    const { client, said } = await openClient({ onProblem: 'me' as never });
    client.sendAlert({
      toJSON() {
        throw new Error('two\nlines \u001b[31m');
      },
    } as never);
    expect(said).toEqual(['tocsin: two lines [31m']);
  });
});

describe('an answer', () => {
  test('that never stops is read no further than any answer goes', async () => {
    const { receiver } = await openClient();
    receiver.standing = 'flood';
    await expect(createClient({ url: receiver.url }).state.get('calls')).rejects.toMatchObject({
      code: 'BAD_ANSWER',
    });
  });

  test.each(['{"data":7}', '{"data":[],"next_cursor":7}', '{"data":[],"next_cursor":""}', '[]', 'null'])(
    'of %s is no page of state',
    async (body) => {
      const { client, receiver } = await openClient();
      receiver.standing = { status: 200, body };
      await expect(client.state.list()).rejects.toMatchObject({ name: 'TocsinError', code: 'BAD_ANSWER' });
    },
  );

  test('whose words cannot be text is told all the same', async () => {
    const { client, receiver } = await openClient();
    receiver.standing = { status: 400, body: '{"error":{"code":"X","message":{"toString":5,"valueOf":5}}}' };
    await expect(client.state.get('calls')).rejects.toMatchObject({ name: 'TocsinError', code: 'X' });
  });
});

test('an address may be a URL, and nothing may be null', async () => {
  const { client, receiver } = await openClient({ url: new URL('http://127.0.0.1:1') }, {});
  client.sendAlert({ service: 'edge' });
  await client.close({ timeoutMs: 0 });
  expect(receiver.received).toEqual([]);
  expect(createClient(null).stats().alerts.queued).toBe(0);
});
