import { expect, test } from 'vitest';
import { createPlanNames, type PlanNames } from './plan-names.ts';

const often = (names: PlanNames, text: string) => [1, 2, 3, 4].map(() => names.nameOf(text));
const onOneConnection = () => createPlanNames().of({});

test('a statement that comes for the third time has a name, and keeps it', () => {
  const [first, second, third, fourth] = often(onOneConnection(), 'select $1');
  expect([first, second]).toEqual([undefined, undefined]);
  expect(third).toMatch(/^t1_64_[0-9a-f]{32}$/);
  expect(fourth).toBe(third);
});

test('a statement is planned anew whenever it has run twice as often', () => {
  const names = onOneConnection();
  const used = Array.from({ length: 2 + 64 * 8 }, () => names.nameOf('select $1')?.split('_')[1]);
  const counted = ['64', '128', '256', '512', '1024'].map(
    (plan) => used.filter((one) => one === plan).length,
  );
  expect(counted).toEqual([64, 64, 128, 256, 0]);
});

test('a name means the same text in all processes, whatever they have named before', () => {
  const [one, other] = [onOneConnection(), onOneConnection()];
  const select = often(one, 'select $1').at(-1);
  const removal = often(other, 'delete $1').at(-1);
  expect(removal).not.toBe(select);
  expect(often(other, 'select $1').at(-1)).toBe(select);
  expect(often(one, 'delete $1').at(-1)).toBe(removal);
});

test('a connection has 250 names at most, and the next one has them all again', () => {
  const names = createPlanNames();
  const used = names.of({});
  for (let i = 0; i < 5000; i++) used.nameOf(`select ${i}`);
  const named = Array.from({ length: 300 }, (_, i) => often(used, `delete ${i}`).at(-1));
  expect(named.filter((name) => name !== undefined)).toHaveLength(250);
  expect(often(used, 'delete 299').at(-1)).toBeUndefined();
  expect(often(names.of({}), 'delete 299').at(-1)).toMatch(/^t1_/);
});

const failure = (code: string, routine: string) => Object.assign(new Error('no'), { code, routine });

test('what does not fit its tables any more is named anew, on all connections', () => {
  const names = createPlanNames();
  const [one, other] = [names.of({}), names.of({})];
  for (const connection of [one, other]) often(connection, 'select $1');
  expect(one.forgive(failure('23505', '_bt_check_unique'))).toBe(false);
  expect(one.nameOf('select $1')).toMatch(/^t1_/);
  expect(one.forgive(failure('0A000', 'RevalidateCachedQuery'))).toBe(true);
  expect(often(one, 'select $1').at(-1)).toMatch(/^t2_/);
  expect(often(other, 'select $1').at(-1)).toMatch(/^t2_/);
});

test.each(['26000', '42P05'])('behind a pooler, where names mean nothing (%s), there are none', (code) => {
  const names = createPlanNames();
  const [one, other] = [names.of({}), names.of({})];
  often(one, 'select $1');
  expect(one.forgive(failure(code, 'FetchPreparedStatement'))).toBe(true);
  for (const connection of [one, other]) expect(often(connection, 'select $1').at(-1)).toBeUndefined();
});
