import { expect, it } from 'vitest';
import { capSeverity, readSeverity, severities, severityRank, worstSeverity } from './severity.ts';

it('ranks from the most severe to the least', () => {
  expect(severities.map(severityRank)).toEqual([0, 1, 2, 3, 4]);
});

it.each([
  ['P0', 'INFO', 'P0'],
  ['P3', 'P2', 'P2'],
  ['P1', 'P1', 'P1'],
] as const)('of %s and %s the worse is %s', (a, b, worst) => {
  expect(worstSeverity(a, b)).toBe(worst);
});

it.each([
  ['P0', 'P2', 'P2'],
  ['P2', 'P0', 'P2'],
  ['P1', 'P1', 'P1'],
] as const)('%s under the cap %s is %s', (severity, cap, capped) => {
  expect(capSeverity(severity, cap)).toBe(capped);
});

it.each([
  ['P0', 'P0', null],
  [' p1 ', 'P1', null],
  ['Info', 'INFO', null],
  ['critical', 'P0', 'critical'],
  ['FATAL', 'P0', 'FATAL'],
  ['high', 'P1', 'high'],
  ['Error', 'P1', 'Error'],
  ['medium', 'P2', 'medium'],
  ['warning', 'P2', 'warning'],
  ['warn', 'P2', 'warn'],
  ['low', 'P3', 'low'],
  ['none', 'INFO', 'none'],
])('reads the severity %j as %s and keeps %s', (text, severity, original) => {
  expect(readSeverity(text)).toEqual({ severity, original });
});

it.each(['', 'P4', 'p', 'urgent', 'constructor', '__proto__', 'valueOf', 'toString'])(
  'knows no severity %j',
  (text) => {
    expect(readSeverity(text)).toBeNull();
  },
);
