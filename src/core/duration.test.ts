import { expect, it } from 'vitest';
import { formatDuration, parseDurationMs } from './duration.ts';

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['90d', 7_776_000_000],
  ['1.5h', 5_400_000],
  ['0.0004s', 0],
  [' 2s ', 2000],
  ['0', 0],
  ['', null],
  ['5', null],
  ['s', null],
  ['-5s', null],
  ['5 s', null],
  ['5S', null],
  ['2w', 1_209_600_000],
  ['5y', null],
  ['1,5s', null],
  ['.5s', null],
  ['1e3s', null],
  [`${'9'.repeat(400)}d`, null],
])('reads the duration %.20s as %s ms', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

it.each([
  [0, '0ms'],
  [450, '450ms'],
  [999.6, '1s'],
  [1000, '1s'],
  [59_999, '1m'],
  [200_000, '3m 20s'],
  [7_200_000, '2h'],
  [90_061_000, '1d 1h'],
  [86_460_000, '1d 1m'],
])('shows %s ms as %s', (durationMs, shown) => {
  expect(formatDuration(durationMs)).toBe(shown);
});
