import { describe, expect, it, test } from 'vitest';
import { chooseResolution, countResults, startOfBucket, startOfDay } from './decide-history.ts';
import type { CheckResult } from './types.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const at = (time: string) => Date.parse(`2026-03-${time}Z`);

const result = (time: string, status: CheckResult['status'], latencyMs: number): CheckResult => ({
  component: 'api',
  check: 'front',
  status,
  latencyMs,
  at: at(time),
});

describe('what results add to the history', () => {
  it('is one bucket a resolution for those of one minute, with all of them in it', () => {
    const rows = countResults([
      result('01T12:00:01', 'ok', 10),
      result('01T12:00:31', 'degraded', 900),
      result('01T12:00:59.999', 'down', 5000),
      result('01T12:00:59.999', 'unknown', 7000),
    ]);
    const same = {
      component: 'api',
      check_name: 'front',
      ok_count: 1,
      degraded_count: 1,
      down_count: 1,
      unknown_count: 1,
      latency_sum_ms: 910,
      latency_max_ms: 900,
    };
    expect(rows).toEqual([
      { ...same, resolution: 'minute', at: at('01T12:00:00') },
      { ...same, resolution: 'hour', at: at('01T12:00:00') },
      { ...same, resolution: 'day', at: at('01T00:00:00') },
    ]);
  });

  it('is two buckets of all resolutions on both sides of midnight', () => {
    const rows = countResults([result('01T23:59:59.999', 'ok', 1), result('02T00:00:00', 'ok', 1)]);
    expect(rows.map((row) => `${row.resolution} ${new Date(row.at).toISOString().slice(8, 16)}`)).toEqual([
      'minute 01T23:59',
      'hour 01T23:00',
      'day 01T00:00',
      'minute 02T00:00',
      'hour 02T00:00',
      'day 02T00:00',
    ]);
  });

  it('takes names for what they are, whatever they hold', () => {
    const one = { ...result('01T12:00:00', 'ok', 1), component: 'a', check: 'b/c' };
    expect(countResults([one, { ...one, component: 'a/b', check: 'c' }])).toHaveLength(6);
    expect(countResults([])).toEqual([]);
  });
});

test('a bucket begins at its multiple since 1970, also before', () => {
  expect(startOfBucket(61_999, { bucketMs: minuteMs })).toBe(60_000);
  expect(startOfBucket(60_000, { bucketMs: minuteMs })).toBe(60_000);
  expect(startOfBucket(-1, { bucketMs: minuteMs })).toBe(-60_000);
  expect(startOfDay(at('01T12:34:56'))).toBe(at('01T00:00:00'));
});

describe('the resolution of a range', () => {
  const now = at('01T12:00:30');
  it.each([
    ['a minute', now - minuteMs, now, 'minute'],
    ['a day', now - dayMs, now, 'minute'],
    ['two days', now - 2 * dayMs, now, 'hour'],
    ['an hour of yesterday', now - dayMs, now - dayMs + hourMs, 'minute'],
    ['an hour as long ago as minutes are kept', now - 2 * dayMs, now - 2 * dayMs + hourMs, 'minute'],
    ['an hour before that', now - 2 * dayMs - 1, now - 2 * dayMs + hourMs, 'hour'],
    ['30 days', now - 30 * dayMs, now, 'hour'],
    ['90 days', now - 90 * dayMs, now, 'day'],
    ['a day as long ago as hours are kept', now - 90 * dayMs, now - 89 * dayMs, 'hour'],
    ['a day before that', now - 90 * dayMs - 1, now - 89 * dayMs, 'day'],
    ['5 years', now - 1825 * dayMs, now, 'day'],
    ['a day of ten years ago', now - 3650 * dayMs, now - 3649 * dayMs, 'day'],
    ['a range of the future', now + dayMs, now + 2 * dayMs, 'minute'],
  ])('of %s is the finest that is kept and not too many', (_, fromMs, toMs, expected) => {
    expect(chooseResolution(fromMs, toMs, now)?.name).toBe(expected);
  });

  it('of more than is kept is none', () => {
    expect(chooseResolution(now - 1828 * dayMs, now, now)).toBeNull();
  });
});
