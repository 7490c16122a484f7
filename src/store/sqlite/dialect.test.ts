import { expect, test } from 'vitest';
import { sqliteDialect } from './dialect.ts';

/** Answers the text of an insert of as many rows, which hold the first columns of three only. */
function textOf(rows: number, held: number): string | undefined {
  const row = Object.fromEntries(['a', 'b', 'c'].map((column, i) => [column, i < held ? 1 : null]));
  return sqliteDialect.insertRows(
    'alert',
    Array.from({ length: rows }, () => row),
  )[0]?.sql;
}

test('few rows are one text whatever they leave empty, so that it is prepared once', () => {
  expect(textOf(9, 1)).toBe(textOf(9, 3));
  expect(textOf(1, 2)).toBe(textOf(9, 3));
});

test('of many rows what all leave empty stays at home', () => {
  expect(textOf(10, 1)).toContain('(a)');
  expect(textOf(10, 3)).toContain('(a, b, c)');
});
