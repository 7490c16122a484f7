import { describe, expect, it } from 'vitest';
import { createIds, decodeTime, encodeTime } from './ids.ts';

const startMs = Date.parse('2026-03-01T12:00:00Z');

function clockAt(read: () => number) {
  return { now: read, wait: () => Promise.resolve() };
}

describe('a ULID', () => {
  it('is 26 characters of Crockford base 32 that begin with its time', () => {
    const ids = createIds(
      clockAt(() => 1_469_918_176_385),
      (bytes) => void bytes.fill(31),
    );
    // The time is the example of the ULID specification.
    expect(ids.ulid()).toBe(`01ARYZ6S41F${'Z'.repeat(15)}`);
  });

  it('always grows: within a millisecond, over milliseconds, and when the clock goes back', () => {
    const steps = [0, 0, 0, 1, 5, -60_000, -60_000, 2, 6, 6];
    let step = 0;
    const ids = createIds(clockAt(() => startMs + (steps[step++] ?? 0)));
    const made = steps.map(() => ids.ulid());
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });

  it('carries when it counts up', () => {
    const ids = createIds(
      clockAt(() => startMs),
      (bytes) => void bytes.fill(31),
    );
    expect([ids.ulid(), ids.ulid(), ids.ulid()].map((ulid) => ulid.slice(10))).toEqual([
      `F${'Z'.repeat(15)}`,
      `G${'0'.repeat(15)}`,
      `G${'0'.repeat(14)}1`,
    ]);
  });

  it('draws new random digits for each millisecond', () => {
    let nowMs = startMs;
    const ids = createIds(clockAt(() => nowMs++));
    const tails = Array.from({ length: 100 }, () => ids.ulid().slice(10));
    expect(new Set(tails).size).toBe(100);
  });

  it('is never shared by two makers', () => {
    const [a, b] = [createIds(clockAt(() => startMs)), createIds(clockAt(() => startMs))];
    const made = Array.from({ length: 500 }, () => [a.ulid(), b.ulid()]).flat();
    expect(new Set(made).size).toBe(1000);
  });
});

it.each<[string, number | null]>([
  ['01ARYZ6S41FZZZZZZZZZZZZZZZ', 1_469_918_176_385],
  [encodeTime(startMs), startMs],
  [encodeTime(0), 0],
  ['01ARYZ6S4', null],
  ['01aryz6s41fzzz', null],
  ['', null],
])('the time of %s is %s', (ulid, epochMs) => {
  expect(decodeTime(ulid)).toBe(epochMs);
});

it('answers a UUID of its own each time', () => {
  const ids = createIds(clockAt(() => startMs));
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(ids.uuid()).toMatch(form);
  expect(ids.uuid()).not.toBe(ids.uuid());
});
