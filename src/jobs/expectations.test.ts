import { expect, it } from 'vitest';
import { scheduled } from '../../test/profiles.ts';
import { createExpectations } from './expectations.ts';

const hourly = { cron: '0 * * * *' };

it('what is there at first counts as always known, what comes in or changes its times from then on', () => {
  const expectations = createExpectations();
  const first = [scheduled('a', hourly), scheduled('b', hourly), scheduled('off', { enabled: false })];
  const sinceOf = (profiles: typeof first, nowMs: number) =>
    expectations.list(profiles, nowMs).map(({ profile, sinceMs }) => [profile.name, sinceMs]);
  expect(sinceOf(first, 1000)).toEqual([
    ['a', null],
    ['b', null],
  ]);
  expect(sinceOf(first, 2000)).toHaveLength(2);
  const changed = [
    scheduled('a', { ...hourly, graceMs: 5 }),
    scheduled('b'),
    scheduled('off'),
    scheduled('c'),
  ];
  const expected = [
    ['a', null],
    ['b', 3000],
    ['off', 3000],
    ['c', 3000],
  ];
  expect(sinceOf(changed, 3000)).toEqual(expected);
  expect(sinceOf([...changed], 4000)).toEqual(expected);
  expect(expectations.list(changed, 5000)[0]?.profile.graceMs).toBe(5);
});

it('the tick after a time is the next one of its cron, and a cron that is none is not expected', () => {
  const [one, ...others] = createExpectations().list(
    [scheduled('a', hourly), scheduled('b', { cron: 'x' })],
    0,
  );
  expect(others).toEqual([]);
  expect(one?.dueAfter(0)).toBe(3_600_000);
  expect(one?.dueAfter(0)).toBe(3_600_000);
  expect(one?.dueAfter(3_600_000)).toBe(7_200_000);
});
