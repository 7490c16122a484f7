import type { Figures, Goal, Spread, Verdict } from './benchmark.ts';

/** Answers the middle and the ends of some values; of an even number of values the mean of the middle two. Throws for none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new Error('no values to take the median of');
  return { median: (low + high) / 2, min: sorted[0] ?? low, max: sorted.at(-1) ?? high };
}

/** Answers what was measured for a goal, ratios run by run where it is relative, and whether the median meets it. */
export function judgeGoal(goal: Goal, sides: Figures['sides']): Verdict {
  const own = valuesOf(goal.side, goal.column, sides);
  const values = goal.of === null ? own : ratios(own, valuesOf(goal.of, goal.column, sides));
  if (values.length === 0) return { ...goal, measured: null, met: null };
  const measured = spreadOf(values);
  const met = goal.bound === 'at least' ? measured.median >= goal.value : measured.median <= goal.value;
  return { ...goal, measured, met };
}

function valuesOf(side: string, column: string, sides: Figures['sides']): number[] {
  const runs = sides.find((candidate) => candidate.name === side)?.runs ?? [];
  return runs.flatMap((run) => run[column] ?? []);
}

function ratios(own: readonly number[], others: readonly number[]): number[] {
  const pairs = Math.min(own.length, others.length);
  return own.slice(0, pairs).map((value, i) => value / (others[i] ?? Number.NaN));
}
