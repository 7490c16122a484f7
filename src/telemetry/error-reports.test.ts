import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { type Receiver, startReceiver } from '../../test/webhook-receiver.ts';
import { isSecretName, redactText } from '../config/index.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type AnsweredAction, openErrorReports } from './index.ts';

type Item = { type: string; content: Record<string, unknown> };

async function open(tracesSampleRatio = 0, random = () => 0.5) {
  const receiver = await startReceiver();
  const clock = createTestClock();
  const written: string[] = [];
  const write = (_: unknown, message: string) => void written.push(message);
  const plain: Log = { debug: write, info: write, warn: write, error: write };
  const reports = await openErrorReports({
    ...{
      dsn: receiver.url.replace('//', '//publickey@').concat('/42'),
      environment: 'test',
      release: '9.8.7',
    },
    ...{ tracesSampleRatio, clock, random, redaction: { text: redactText, isSecretName } },
  });
  return { receiver, clock, written, reports, log: reports.follow(plain) };
}

/** What a receiver got, envelope by envelope: a header, then the header of the item and the item. */
function itemsOf({ received }: Receiver): Item[] {
  return received.map(({ body }) => {
    const [, header, content] = body.split('\n').map((line) => JSON.parse(line));
    return { type: header.type, content };
  });
}

const action: AnsweredAction = { name: 'alerts.list', status: 200, durationMs: 250, requestId: 'request-1' };

test('an error that is logged arrives once, with its causes and frames, and what it is about', async () => {
  const { receiver, reports, log, written } = await open();
  const err = new AppError('INTERNAL_SERVER_ERROR', 'it broke', { cause: new TypeError('deeper') });
  log.error(
    { tag: 'http', requestId: 'request-1', run_id: 'run_1', body: 'their words', err },
    '[http] broke',
  );
  await reports.close();
  expect(written).toEqual(['[http] broke']);
  expect(receiver.received[0]).toMatchObject({
    path: expect.stringMatching(/^\/api\/42\/envelope\/\?.*sentry_key=publickey/),
    headers: { 'content-type': 'application/x-sentry-envelope' },
  });
  const [event, ...more] = itemsOf(receiver);
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    type: 'event',
    content: {
      level: 'error',
      environment: 'test',
      release: '9.8.7',
      message: '[http] broke',
      tags: { tag: 'http', request_id: 'request-1', run_id: 'run_1' },
      exception: {
        values: [
          { type: 'TypeError', value: 'deeper' },
          { type: 'AppError', value: 'it broke' },
        ],
      },
    },
  });
  expect(receiver.received[0]?.body).toContain('error-reports.test.ts');
  expect(receiver.received[0]?.body).not.toContain('their words');
});

test('no secret and no address of IP leaves', async () => {
  const { receiver, reports, log } = await open();
  const secret = 'postgres://tocsin:geheim@db/x with toc_abcdefghijklmnopqrstuvwxyz';
  const err = new Error(`${secret} at 10.1.2.3:5432`, {
    cause: new Error('connect ECONNREFUSED fe80::12:5432'),
  });
  log.error({ tag: 'db', headers: { authorization: 'Bearer abcdef' }, err }, `[db] ${secret} of 192.168.7.7`);
  await reports.close();
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]?.body).not.toMatch(/geheim|abcdef|10\.1|fe80|192\.168/);
});

test('what is no error, and what was logged without one, is told to nobody', async () => {
  const { receiver, reports, log, written } = await open();
  log.debug({ tag: 'x', err: new Error('no') }, '1');
  log.info({ tag: 'x', err: new Error('no') }, '2');
  log.warn({ tag: 'x', err: new Error('no') }, '3');
  log.error({ tag: 'x' }, '4');
  await reports.close();
  expect(written).toEqual(['1', '2', '3', '4']);
  expect(receiver.received).toEqual([]);
});

test('the same message is told once a second, and ten messages at most; all are logged', async () => {
  const { receiver, reports, log, clock, written } = await open();
  for (let i = 0; i < 30; i++) log.error({ tag: 'x', err: 'thrown words' }, 'always this');
  for (let i = 0; i < 30; i++) log.error({ tag: 'x', err: null }, `message ${i}`);
  await clock.advance(1000);
  log.error({ tag: 'x', err: new Error('again') }, 'always this');
  await reports.close();
  expect(written).toHaveLength(61);
  expect(receiver.received).toHaveLength(11);
});

test.each(['hang', 'reset', 'garbage', { status: 500 }] as const)(
  'a Sentry that answers %j holds nothing up, and the end is not later than two seconds',
  async (answer) => {
    const { receiver, reports, log, clock } = await open();
    receiver.standing = answer;
    const hasCome = new Promise<void>((resolve) => {
      receiver.onRequest = () => resolve();
    });
    log.error({ tag: 'x', err: new Error('broke') }, '[x] broke');
    await hasCome;
    const closed = reports.close();
    await clock.advance(2000);
    await closed;
    expect(receiver.received).toHaveLength(1);
  },
);

test('a Sentry that is not there changes nothing', async () => {
  const clock = createTestClock();
  const redaction = { text: redactText, isSecretName };
  const where = { dsn: 'http://key@127.0.0.1:1/1', environment: 'test', release: '1', tracesSampleRatio: 0 };
  const reports = await openErrorReports({ ...where, redaction, clock, random: Math.random });
  const written: string[] = [];
  const write = (_: unknown, message: string) => void written.push(message);
  const log = reports.follow({ debug: write, info: write, warn: write, error: write });
  for (let i = 0; i < 100; i++) log.error({ tag: 'x', err: new Error('broke') }, `[x] ${i}`);
  await reports.close();
  expect(written).toHaveLength(100);
});

test('after 429 nothing is sent for as long as it says', async () => {
  const { receiver, reports, log, clock } = await open();
  receiver.standing = { status: 429, headers: { 'retry-after': '60' } };
  const answered = new Promise<void>((resolve) => {
    receiver.onRequest = () => void setImmediate(resolve);
  });
  log.error({ tag: 'x', err: new Error('broke') }, 'first');
  await answered;
  await expect.poll(() => receiver.received.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await clock.advance(1000);
  log.error({ tag: 'x', err: new Error('broke') }, 'second');
  await reports.close();
  expect(receiver.received).toHaveLength(1);
});

test('of a sampled action its name, end and time are told, and nothing of its content', async () => {
  const { receiver, reports, clock } = await open(1);
  reports.traceAction?.(action);
  reports.traceAction?.({ ...action, name: 'alerts.get', status: 404, requestId: 'request-2' });
  await reports.close();
  const endedAt = clock.now() / 1000;
  expect(itemsOf(receiver)).toMatchObject([
    {
      type: 'transaction',
      content: {
        transaction: 'alerts.list',
        start_timestamp: endedAt - 0.25,
        timestamp: endedAt,
        tags: { request_id: 'request-1' },
        contexts: { trace: { op: 'action', status: 'ok' } },
      },
    },
    { content: { transaction: 'alerts.get', contexts: { trace: { status: 'invalid_argument' } } } },
  ]);
});

test.each([
  [0.1, 0.09, 1],
  [0.1, 0.1, 0],
  [1, 0.999, 1],
])('with a rate of %d and chance %d there are %d', async (ratio, chance, count) => {
  const { receiver, reports } = await open(ratio, () => chance);
  reports.traceAction?.(action);
  await reports.close();
  expect(receiver.received).toHaveLength(count);
});

test('with a rate of 0 there is nothing that could be told of actions', async () => {
  const { reports } = await open(0);
  expect(reports.traceAction).toBeNull();
  await reports.close();
});
