import { expect, onTestFinished, test, vi } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { startRedis } from '../../test/services/redis.ts';
import { quietLog } from '../../test/stores.ts';
import { createSystemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { createRedis } from '../redis/index.ts';
import { createLimiter } from './rate-limit.ts';

const rule = { maxRequests: 1, windowMs: 60_000 };

test('a caller over the limit is let in again after the window, and at once where the clock goes back', async () => {
  const clock = createTestClock();
  const limiter = createLimiter({ clock, log: quietLog, shared: null });
  const ask = () => limiter.count('a', rule);
  const resetsAtSeconds = clock.now() / 1000 + 60;
  expect(await ask()).toEqual({
    limit: 1,
    remaining: 0,
    resetsAtSeconds,
    retryAfterSeconds: 60,
    exceeded: false,
  });
  await clock.advance(59_000);
  expect(await ask()).toMatchObject({ resetsAtSeconds, retryAfterSeconds: 1, exceeded: true });
  await clock.advance(1000);
  expect((await ask()).exceeded).toBe(false);
  expect((await ask()).exceeded).toBe(true);
  clock.goBack(3_600_000);
  expect(await ask()).toMatchObject({ retryAfterSeconds: 60, exceeded: false });
});

test('processes share one count; while Redis is away each goes on by its own, and says so once', async () => {
  const lines: string[] = [];
  const say = ({ tag }: { tag: string }, message: string) =>
    void (tag === 'rate-limit' && lines.push(message));
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const clock = createSystemClock();
  const server = await startRedis();
  const start = async () => {
    const shared = createRedis({ url: server.url, clock, log: quietLog });
    onTestFinished(shared.close);
    await vi.waitFor(() => expect(shared.state().isUp).toBe(true), { interval: 10 });
    return { shared, limiter: createLimiter({ clock, log, shared }) };
  };
  const [one, two] = [await start(), await start()];
  const three = { ...rule, maxRequests: 3 };
  const ask = async ({ limiter }: typeof one) => {
    const { remaining, exceeded } = await limiter.count('a', three);
    return exceeded ? 'refused' : remaining;
  };
  expect([await ask(one), await ask(two), await ask(two), await ask(one)]).toEqual([2, 1, 0, 'refused']);
  expect(lines).toEqual([]);
  await server.stop();
  // What it has counted itself before counts on: one that goes away is no new allowance.
  expect([await ask(two), await ask(two)]).toEqual([0, 'refused']);
  expect(lines).toEqual([expect.stringContaining('[rate-limit] Redis is away')]);
  await startRedis({ port: server.port });
  await vi.waitFor(() => expect(two.shared.state().isUp).toBe(true), { timeout: 10_000, interval: 10 });
  expect(await ask(two)).toBe(2);
  expect(lines).toEqual([expect.any(String), expect.stringContaining('over all processes again')]);
});
