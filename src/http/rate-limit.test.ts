import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createLimiter } from './rate-limit.ts';

const rule = { maxRequests: 1, windowMs: 60_000 };

test('a caller over the limit is let in again after the window, and at once where the clock goes back', async () => {
  const clock = createTestClock();
  const limiter = createLimiter(clock);
  const ask = () => limiter.count('a', rule);
  expect(ask()).toEqual({ limit: 1, remaining: 0, resetsInSeconds: 60, exceeded: false });
  await clock.advance(59_000);
  expect(ask()).toMatchObject({ resetsInSeconds: 1, exceeded: true });
  await clock.advance(1000);
  expect(ask().exceeded).toBe(false);
  expect(ask().exceeded).toBe(true);
  clock.goBack(3_600_000);
  expect(ask()).toMatchObject({ resetsInSeconds: 60, exceeded: false });
});
