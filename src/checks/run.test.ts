import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkDefaults } from '../../test/check-defaults.ts';
import { createTestClock } from '../../test/clock.ts';
import { startHttpTarget, type Target } from '../../test/misbehaving-target.ts';
import type { CheckConfig } from '../config/types.ts';
import { prepareCheck, runCheck } from './run.ts';

let target: Target;

beforeEach(async () => {
  target = await startHttpTarget();
});
afterEach(() => target.close());

function httpCheck(path: string, retries: number): CheckConfig {
  const url = `${target.url}${path}`;
  const request = {
    kind: 'http',
    url,
    method: 'GET',
    headers: {},
    body: null,
    followRedirects: false,
  } as const;
  return { ...checkDefaults, ...request, tlsVerify: true, retries };
}

it.each([
  ['/flaky/1', 1, 'ok', 2],
  ['/flaky/1', 0, 'down', 1],
  ['/flaky/2', 1, 'down', 2],
  ['/flaky/2', 5, 'ok', 3],
  ['/ok', 5, 'ok', 1],
])('%s with %i retries is %s after %i requests', async (path, retries, status, requests) => {
  expect(await runCheck(httpCheck(path, retries), { clock: createTestClock() })).toMatchObject({ status });
  expect(target.requests).toHaveLength(requests);
});

it('gives all attempts together one timeout', async () => {
  const clock = createTestClock();
  const run = runCheck(httpCheck('/hang', 3), { clock });
  await target.asked(1);
  await clock.advance(5000);
  expect(await run).toMatchObject({ status: 'down', reason: 'timeout', latencyMs: 5000 });
  await target.deserted();
  expect(target.requests).toHaveLength(1);
});

it('answers the failure that it saw where the retry was cut short', async () => {
  const clock = createTestClock();
  const run = runCheck(httpCheck('/once/503', 1), { clock });
  await target.asked(2);
  await clock.advance(5000);
  expect(await run).toMatchObject({
    status: 'down',
    reason: 'status_mismatch',
    detail: 'status < 400, was 503',
  });
  await target.deserted();
});

it('is unknown, and lets go of everything, when it is aborted before or while it runs', async () => {
  const clock = createTestClock();
  const abort = new AbortController();
  const run = runCheck(httpCheck('/hang', 1), { clock, signal: abort.signal });
  await target.asked(1);
  abort.abort();
  const aborted = {
    status: 'unknown',
    reason: 'aborted',
    detail: 'stopped before it had an answer',
    latencyMs: 0,
  };
  expect(await run).toEqual(aborted);
  await target.deserted();
  expect(await runCheck(httpCheck('/ok', 1), { clock, signal: abort.signal })).toEqual(aborted);
  expect(target.requests).toHaveLength(1);
});

it('runs any number of checks on one signal without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const abort = new AbortController();
  const check = prepareCheck(httpCheck('/ok', 0));
  await Promise.all(
    Array.from({ length: 50 }, () => check.run({ clock: createTestClock(), signal: abort.signal })),
  );
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('that cannot be made for a reason that nobody foresaw says so in each run, and shows no part of it', async () => {
  const check = { ...httpCheck('/ok', 0), url: 'http://user:hunter%@127.0.0.1:1/' } as CheckConfig;
  expect(await prepareCheck(check).run({ clock: createTestClock() })).toEqual({
    status: 'unknown',
    reason: 'internal_error',
    detail: 'could not be prepared: URIError',
    latencyMs: 0,
  });
});

it('refuses to prepare a check whose condition its kind cannot answer', () => {
  expect(() => prepareCheck({ ...httpCheck('/ok', 0), conditions: ['exit_code == 0'] })).toThrow(
    'expected one of status',
  );
});
