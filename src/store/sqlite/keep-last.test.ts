import { expect, test } from 'vitest';
import { keepLast } from './keep-last.ts';

test('one more than may be kept costs the oldest, not all', () => {
  const kept = new Map<string, number>();
  for (let i = 1; i <= 5; i++) keepLast(kept, 3, `select ${i}`, i);
  expect([...kept.values()]).toEqual([3, 4, 5]);
});
