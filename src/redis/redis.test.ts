import { expect, onTestFinished, test, vi } from 'vitest';
import { startRedis } from '../../test/services/redis.ts';
import { createSystemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { createRedis, type Redis } from './index.ts';

const minuteMs = 60_000;
/** How long a request may be held, with room for a machine that does other things. */
const heldAtMostMs = 1000;

function open(url: string): { redis: Redis; lines: string[] } {
  const lines: string[] = [];
  const say = (fields: { err?: unknown }, message: string) =>
    void lines.push(`${message} ${fields.err instanceof Error ? fields.err.stack : ''}`);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const redis = createRedis({ url, clock: createSystemClock(), log });
  onTestFinished(redis.close);
  return { redis, lines };
}

const standing = (redis: Redis, state: { isUp: boolean; reason?: string | null }) =>
  vi.waitFor(() => expect(redis.state()).toMatchObject(state), { timeout: 10_000, interval: 10 });

async function openUp(url: string) {
  const opened = open(url);
  await standing(opened.redis, { isUp: true });
  return opened;
}

test('two who count under one key share the count, and each key has its own', async () => {
  const { url, say } = await startRedis({ password: 'p@ss/ %' });
  const [{ redis: one }, { redis: two }] = [await openUp(url), await openUp(url)];
  expect(await one.count('a', minuteMs)).toEqual({ count: 1, resetsInMs: minuteMs });
  const second = await two.count('a', minuteMs);
  expect(second).toMatchObject({ count: 2 });
  expect(second?.resetsInMs).toBeLessThanOrEqual(minuteMs);
  expect(await two.count('b', minuteMs)).toMatchObject({ count: 1 });
  const many = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).count('c', minuteMs)),
  );
  expect(many.map((counted) => counted?.count).sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  expect(await say('KEYS *')).toMatch(/NOAUTH/);
});

test('a count ends with its window, one too that was left without an end', async () => {
  const { url, say } = await startRedis();
  const { redis } = await openUp(url);
  await redis.count('a', 50);
  await vi.waitFor(async () => expect(await redis.count('a', 50)).toMatchObject({ count: 1 }), {
    interval: 60,
  });
  await say('SET tocsin:b 7');
  expect(await redis.count('b', minuteMs)).toEqual({ count: 8, resetsInMs: minuteMs });
  const names = (await say('KEYS *')).match(/^[a-z].*(?=\r|$)/gm) ?? [];
  expect(names.filter((name) => !name.startsWith('tocsin:'))).toEqual([]);
});

test('one that is not there at the start is waited for by nobody, and found when it comes', async () => {
  const first = await startRedis();
  await first.stop();
  const { redis, lines } = open(first.url);
  expect(await redis.count('a', minuteMs)).toBeNull();
  await standing(redis, { isUp: false, reason: 'unreachable' });
  await startRedis({ port: first.port });
  await standing(redis, { isUp: true, reason: null });
  expect(await redis.count('a', minuteMs)).toMatchObject({ count: 1 });
  expect(lines.map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
    '[redis] away (unreachable): connect',
    '[redis] it is back',
  ]);
});

test('one that is killed is noticed, with counts under way, and found again', async () => {
  const { url, port, pid } = await startRedis();
  const { redis } = await openUp(url);
  const since = redis.state().sinceMs;
  const underWay = Array.from({ length: 50 }, () => redis.count('a', minuteMs));
  process.kill(pid, 'SIGKILL');
  for (const counted of await Promise.all(underWay))
    if (counted !== null) expect(counted.count).toBeGreaterThan(0);
  await standing(redis, { isUp: false, reason: 'unreachable' });
  expect(await redis.count('a', minuteMs)).toBeNull();
  await startRedis({ port });
  await standing(redis, { isUp: true });
  expect(redis.state().sinceMs).toBeGreaterThanOrEqual(since);
  expect(await redis.count('a', minuteMs)).toMatchObject({ count: 1 });
});

test('one that hangs holds nobody for long, and is back when it goes on', async () => {
  const { url, pid } = await startRedis();
  const { redis } = await openUp(url);
  process.kill(pid, 'SIGSTOP');
  const before = performance.now();
  const counts = await Promise.all([redis.count('a', minuteMs), redis.count('b', minuteMs)]);
  expect([counts, performance.now() - before < heldAtMostMs]).toEqual([[null, null], true]);
  expect(redis.state()).toMatchObject({ isUp: false, reason: 'timeout' });
  const again = performance.now();
  expect(await redis.count('a', minuteMs)).toBeNull();
  expect(performance.now() - again).toBeLessThan(50);
  process.kill(pid, 'SIGCONT');
  await standing(redis, { isUp: true });
  expect(await redis.count('c', minuteMs)).toMatchObject({ count: 1 });
});

test('one that hangs while nobody counts is noticed by the next look', async () => {
  const { url, pid } = await startRedis();
  const { redis } = await openUp(url);
  process.kill(pid, 'SIGSTOP');
  await redis.probe();
  expect(redis.state()).toMatchObject({ isUp: false, reason: 'timeout' });
});

test('one that was emptied counts anew', async () => {
  const { url, say } = await startRedis();
  const { redis, lines } = await openUp(url);
  await redis.count('a', minuteMs);
  await redis.count('a', minuteMs);
  await say('FLUSHALL');
  await say('SCRIPT FLUSH');
  expect(await redis.count('a', minuteMs)).toMatchObject({ count: 1 });
  expect(lines).toHaveLength(1);
});

test('one that refuses what it is asked is away until it does not', async () => {
  const { url, say } = await startRedis();
  const { redis } = await openUp(url);
  await say('REPLICAOF 127.0.0.1 1');
  expect(await redis.count('a', minuteMs)).toBeNull();
  expect(redis.state()).toMatchObject({ isUp: false, reason: 'refused' });
  await say('REPLICAOF NO ONE');
  await redis.probe();
  expect(redis.state()).toMatchObject({ isUp: true });
});

test('a wrong password is said once, without the password', async () => {
  const { url } = await startRedis({ password: 'right-one' });
  const { redis, lines } = open(url.replace('right-one', 'wr0ng-one'));
  await standing(redis, { isUp: false, reason: 'refused' });
  await redis.probe();
  expect(await redis.count('a', minuteMs)).toBeNull();
  expect(lines).toEqual([expect.stringContaining('[redis] away (refused): WRONGPASS')]);
  expect(lines.join()).not.toContain('wr0ng-one');
});
