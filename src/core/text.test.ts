import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refusedText } from './expected.ts';
import { isoTime, listOf, mapOf, text, toStorable, wholeNumber } from './text.ts';

const passes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('text', () => {
  it.each([
    ['ab', true],
    ['abc', true],
    ['a', false],
    ['abcd', false],
    ['a\0b', false],
    ['a\ud83d', false],
    ['\udd14a', false],
    ['🔔🔔', true],
    [12, false],
  ])('of 2 to 3 characters takes %j: %s', (value, good) => {
    expect(passes(text(3, 2), value)).toBe(good);
  });

  it('may be empty unless it must not', () => {
    expect(passes(text(3), '')).toBe(true);
    expect(passes(text(3, 1), '')).toBe(false);
  });
});

describe('toStorable', () => {
  it.each([
    ['short', 10, 'short'],
    ['long enough', 4, 'long'],
    ['ab🔔', 3, 'ab'],
    ['ab🔔', 4, 'ab🔔'],
    ['a\0b', 10, 'a\ufffdb'],
    ['a\ud83db', 10, 'a\ufffdb'],
    ['', 3, ''],
  ])('makes of %j, at most %i, %j', (value, maxLength, storable) => {
    expect(toStorable(value, maxLength)).toBe(storable);
  });

  it('answers what the schema takes, whatever it gets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (value, maxLength) => {
        expect(passes(text(maxLength), toStorable(value, maxLength))).toBe(true);
      }),
    );
  });
});

describe('isoTime', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.123456789Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T12:00:00-0330', '2026-03-01T15:30:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (value, shown) => {
    expect(new Date(isoTime.parse(value)).toISOString()).toBe(shown);
  });

  it.each([
    '2026-03-01T12:00:00',
    '2026-03-01',
    '2026-03-01 12:00:00Z',
    'Sun, 01 Mar 2026 12:00:00 GMT',
    '2026-02-30T12:00:00Z',
    '2026-02-29T12:00:00+01:00',
    '2026-13-01T12:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T12:00:00+99:99',
    '1772366400000',
    '',
    'now',
  ])('refuses %j and says what it wants', (value) => {
    expect(isoTime.safeParse(value).error?.issues[0]?.message).toBe(
      'must be an ISO-8601 time with its zone, as 2026-03-01T12:00:00Z',
    );
  });

  it('refuses what is no text', () => {
    expect(passes(isoTime, 1_772_366_400_000)).toBe(false);
  });
});

describe('wholeNumber', () => {
  it.each([
    [1, 1],
    ['500', 500],
    [0, null],
    [501, null],
    ['1.5', null],
    ['', null],
    ['x', null],
    [null, null],
    [undefined, null],
    [true, null],
    [[5], null],
    ['0x10', null],
    ['1e2', null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
  ])('from 1 to 500 reads %j as %s', (value, number) => {
    const parsed = wholeNumber(1, 500).safeParse(value);
    expect(parsed.success ? parsed.data : null).toBe(number);
  });

  it.each([
    ['1.5', 'must be a whole number, not "1.5"'],
    [true, 'must be a whole number, not true or false'],
    [1.5, 'must be a whole number, not 1.5'],
    [0, 'must be at least 1, not 0'],
    [undefined, 'is required: a number'],
  ])('says of %j that it %s', (value, message) => {
    const parsed = wholeNumber(1, 500).safeParse(value, { error: refusedText });
    expect(parsed.error?.issues[0]?.message).toBe(message);
  });
});

describe('listOf', () => {
  const letters = listOf(z.enum(['a', 'b']));

  it.each([
    ['a', ['a']],
    ['a, b', ['a', 'b']],
    [
      ['b', 'a'],
      ['b', 'a'],
    ],
  ])('reads %j as %j', (value, list) => {
    expect(letters.parse(value)).toEqual(list);
  });

  it.each([['a,c'], [''], [[]], [5], [Array.from({ length: 101 }, () => 'a')]])('refuses %j', (value) => {
    expect(passes(letters, value)).toBe(false);
  });
});

describe('mapOf', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
  it.each([
    ['{"a":1,"constructor":2,"toString":3}', true],
    ['{"__proto__":1}', false],
    ['{"a":{"__proto__":1}}', false],
    ['{"a":[{"b":{"__proto__":1}}]}', false],
    ['[1]', false],
    ['null', false],
  ])('takes %s: %s', (json, good) => {
    const map = JSON.parse(json);
    const parsed = mapOf(text(20), z.json()).safeParse(map);
    expect(parsed.success).toBe(good);
    if (good) expect(parsed.data).toEqual(map);
  });

  it.each([
    [99, true],
    [101, false],
    [500_000, false],
  ])('takes what is nested in %i lists: %s', (depth, good) => {
    expect(passes(mapOf(text(20), z.json()), { a: nested(depth) })).toBe(good);
  });
});
