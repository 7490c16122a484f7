import { expect, it } from 'vitest';
import type { NamedReport } from '../alerts/index.ts';
import { createRecentKeys } from './recent-keys.ts';

const keyed = (problem: string, status: 'firing' | 'resolved' = 'firing') =>
  ({ identity: problem, report: { status } }) as NamedReport;

it('what fires for the first time looks fresh, once', () => {
  const recent = createRecentKeys();
  expect(recent.sortOut([keyed('a')])).toEqual([true]);
  expect(recent.sortOut([keyed('a'), keyed('b')])).toEqual([false, true]);
  expect(recent.sortOut([keyed('b')])).toEqual([false]);
});

it('an end never looks fresh, nor what stands twice in one request, so that their order is kept', () => {
  const recent = createRecentKeys();
  expect(recent.sortOut([keyed('a', 'resolved')])).toEqual([false]);
  expect(recent.sortOut([keyed('b'), keyed('c'), keyed('b', 'resolved')])).toEqual([false, true, false]);
});

it('what has ended looks fresh when it fires again', () => {
  const recent = createRecentKeys();
  for (const status of ['firing', 'resolved'] as const) recent.sortOut([keyed('a', status)]);
  expect([recent.sortOut([keyed('a')]), recent.sortOut([keyed('a')])]).toEqual([[true], [false]]);
});

it('of many keys nearly all are remembered, and hardly a new one is taken for known', () => {
  const recent = createRecentKeys();
  const names = Array.from({ length: 5000 }, (_, i) => `problem ${i}`);
  expect(names.filter((name) => !recent.sortOut([keyed(name)])[0])).toEqual([]);
  const forgotten = names.filter((name) => recent.sortOut([keyed(name)])[0]);
  expect(forgotten.length).toBeLessThan(500);
});
