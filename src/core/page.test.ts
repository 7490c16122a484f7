import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pageInput, pageOf, readCursor, toPage } from './page.ts';

const rows = ['a', 'b', 'c', 'd', 'e'];
const pageAfter = (key: string | null, limit: number) => {
  const from = key === null ? 0 : rows.indexOf(key) + 1;
  return toPage(
    rows.slice(from, from + limit + 1),
    limit,
    (row) => row,
    (row) => row.toUpperCase(),
  );
};

describe('a list in pages', () => {
  it.each([1, 2, 3, 4, 5, 6])('of %i shows every row once, and no empty page at the end', (limit) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 10; pages++) {
      const page = pageAfter(readCursor(cursor), limit);
      expect(page.data.length).toBeGreaterThan(0);
      seen.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('is empty and has no next page where there is nothing', () => {
    expect(toPage([], 50, String, String)).toEqual({ data: [], next_cursor: null, limit: 50 });
  });

  it('has the form that its schema declares', () => {
    expect(pageOf(z.string()).parse(pageAfter(null, 2))).toEqual(pageAfter(null, 2));
  });
});

describe('a cursor', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    '',
    'garbage',
    encode('c2:a'),
    encode('a'),
    `${encode('c1:a')}!`,
    encode('c1:a\0b'),
    `${encode('c1:a')}=`,
  ])('that no list answered is refused: %j', (cursor) => {
    expect(() => readCursor(cursor)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_ERROR',
        details: { errors: [{ field: 'cursor', message: 'is not one that a list answered' }] },
      }),
    );
  });

  it('is null where none is given', () => {
    expect(readCursor(undefined)).toBeNull();
  });
});

it.each([
  [{}, 50],
  [{ limit: '500' }, 500],
])('takes the page size of %j as %i', (input, limit) => {
  expect(z.object(pageInput).parse(input).limit).toBe(limit);
});

it.each([{ limit: 501 }, { limit: 0 }, { limit: 'all' }])(
  'refuses the page size of %j, and never clamps it',
  (input) => {
    expect(z.object(pageInput).safeParse(input).success).toBe(false);
  },
);
