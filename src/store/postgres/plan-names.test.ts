import { expect, test } from 'vitest';
import { createPlanNames } from './plan-names.ts';

const often = (names: ReturnType<typeof createPlanNames>, text: string) =>
  [1, 2, 3, 4].map(() => names.nameOf(text));

test('a statement that comes for the third time has a name, and keeps it', () => {
  const names = createPlanNames();
  expect(often(names, 'select $1')).toEqual([undefined, undefined, 't1', 't1']);
  expect(often(names, 'select $2')).toEqual([undefined, undefined, 't2', 't2']);
});

test('a statement is planned anew whenever it has run twice as often', () => {
  const names = createPlanNames();
  const used = Array.from({ length: 2 + 64 * 8 }, () => names.nameOf('select $1'));
  const counted = ['t1', 't2', 't3', 't4', 't5'].map((name) => used.filter((one) => one === name).length);
  expect(counted).toEqual([64, 64, 128, 256, 0]);
});

test('there are 250 names at most, however many statements there are', () => {
  const names = createPlanNames();
  for (let i = 0; i < 5000; i++) names.nameOf(`select ${i}`);
  const named = Array.from({ length: 300 }, (_, i) => often(names, `delete ${i}`).at(-1));
  expect(named.filter((name) => name !== undefined)).toHaveLength(250);
});

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });

test('what does not fit its tables any more is named anew', () => {
  const names = createPlanNames();
  often(names, 'select $1');
  expect(names.forgive(failure('a unique index', '23505'))).toBe(false);
  expect(names.nameOf('select $1')).toBe('t1');
  expect(names.forgive(failure('cached plan must not change result type', '0A000'))).toBe(true);
  expect(often(names, 'select $1').at(-1)).toBe('t2');
});

test.each(['26000', '42P05'])('behind a pooler, where names mean nothing (%s), there are none', (code) => {
  const names = createPlanNames();
  often(names, 'select $1');
  expect(names.forgive(failure('no such statement', code))).toBe(true);
  expect(often(names, 'select $1').at(-1)).toBeUndefined();
});
