import { expect, test } from 'vitest';
import { createPlanNames } from './plan-names.ts';

const often = (names: ReturnType<typeof createPlanNames>, text: string) =>
  [1, 2, 3, 4].map(() => names.nameOf(text));

test('a statement that comes for the third time has a name, and keeps it', () => {
  const names = createPlanNames();
  expect(often(names, 'select $1')).toEqual([undefined, undefined, 't1_1', 't1_1']);
  expect(often(names, 'select $2')).toEqual([undefined, undefined, 't1_2', 't1_2']);
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
  expect(names.nameOf('select $1')).toBe('t1_1');
  expect(names.forgive(failure('cached plan must not change result type', '0A000'))).toBe(true);
  expect(often(names, 'select $1').at(-1)).toBe('t2_1');
});

test.each(['26000', '42P05'])('behind a pooler, where names mean nothing (%s), there are none', (code) => {
  const names = createPlanNames();
  often(names, 'select $1');
  expect(names.forgive(failure('no such statement', code))).toBe(true);
  expect(often(names, 'select $1').at(-1)).toBeUndefined();
});
