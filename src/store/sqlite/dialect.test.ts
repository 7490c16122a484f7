import { expect, test } from 'vitest';
import { sqliteDialect } from './dialect.ts';
import type { SqliteQuery } from './driver.ts';

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

/** Answers an insert that asks which rows were written, of as many that differ in one column of two. */
function insertOf(rows: number) {
  const row = (_: unknown, i: number) => ({ a: `a${i}`, b: 'same' });
  const [query] = sqliteDialect.insertRows('alert', Array.from({ length: rows }, row) as object[], {
    returning: 'a',
  });
  return query as SqliteQuery | undefined;
}

test('what is alike in all of very many rows travels once, and is bound once for several', () => {
  expect(insertOf(9)).not.toHaveProperty('chunk');
  expect(insertOf(10)).toMatchObject({ many: { count: 10, shared: [] }, chunk: { sets: 8 } });
  const { sql, many, chunk } = insertOf(100) ?? {};
  expect(sql).toContain('(b, a) values (?1, ?)');
  expect(many).toMatchObject({ count: 100, shared: ['same'] });
  expect(many?.values).toHaveLength(100);
  expect(chunk?.sql).toContain('values (?1, ?), (?1, ?)');
});
