import { expect, it } from 'vitest';
import { findMetricProblem, knownMetrics, metricNamePattern } from './metric-rules.ts';

const anything = { unit: null, min: null, max: null, isWhole: false };

it.each([
  [anything, -1.5, null],
  [anything, Number.NaN, 'must be a finite number'],
  [anything, Infinity, 'must be a finite number'],
  [{ ...anything, isWhole: true }, 1.5, 'must be a whole number'],
  [{ ...anything, isWhole: true }, 1e300, 'must be a whole number'],
  [{ ...anything, min: 0 }, -1, 'must be at least 0'],
  [{ ...anything, min: 0 }, 0, null],
  [{ ...anything, max: 9 }, 10, 'must be at most 9'],
  [{ ...anything, max: 9 }, 9, null],
])('by %j the value %d: %s', (rule, value, problem) => {
  expect(findMetricProblem(rule, value)).toBe(problem);
});

it('what needs no declaration has a name like any other', () => {
  expect(Object.keys(knownMetrics).filter((name) => !metricNamePattern.test(name))).toEqual([]);
});
