import { expect, it } from 'vitest';
import { addResult, countBad, isOftenBad, type ResultGrade } from './recent-results.ts';

it.each([
  ['', 'ok', 'o'],
  ['o', 'degraded', 'og'],
  ['ogd', 'down', 'gdd'],
  ['ogdogdogd', 'ok', 'gdo'],
] as const)('of the results %j and one that is %s the last three are kept', (recent, grade, kept) => {
  expect(addResult(recent, grade, { k: 1, n: 3 })).toBe(kept);
});

it('nothing is kept where nobody asks for it', () => {
  expect(addResult('ogd', 'down', null)).toBe('');
});

it.each([
  ['', 0, 0],
  ['ooo', 0, 0],
  ['ogd', 2, 1],
  ['ddg', 3, 2],
])('of %j %i are bad and %i down', (recent, bad, down) => {
  expect([countBad(recent, 'degraded'), countBad(recent, 'down')]).toEqual([bad, down]);
});

it.each<[string, ResultGrade & ('degraded' | 'down'), number, number, boolean]>([
  ['dod', 'down', 2, 3, true],
  ['dod', 'down', 2, 2, false],
  ['dog', 'down', 2, 3, false],
  ['dog', 'degraded', 2, 3, true],
  ['dd', 'down', 2, 5, true],
  ['', 'down', 1, 5, false],
])('that %j is %s in %i of the last %i is %s', (recent, grade, k, n, isOften) => {
  expect(isOftenBad(recent, grade, { k, n })).toBe(isOften);
});

it('nothing is often bad where nobody asks', () => {
  expect(isOftenBad('dddd', 'down', null)).toBe(false);
});
