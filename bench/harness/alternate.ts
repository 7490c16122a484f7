import type { Benchmark, Column, Figures, Goal, Measure, Options, Side } from './benchmark.ts';
import { formatNumber } from './format.ts';
import { judgeGoal } from './statistics.ts';

type Plan = { columns: readonly Column[]; sides: readonly Side[]; goals: readonly Goal[] };

/**
 * Measures the sides in turn, run after run, so that a machine that grows slower or faster does so for all of them.
 * Each run begins with another side: what one leaves behind (a busy disk, a warm cache) meets a different one each time.
 */
export async function alternate(
  { name, summary }: Pick<Benchmark, 'name' | 'summary'>,
  options: Options,
  plan: Plan,
): Promise<Figures> {
  const chosen = chooseSides(plan.sides, options.onlySides);
  const present = chosen.filter((side) => side.missing === null);
  const runs = new Map<string, Measure[]>(chosen.map((side) => [side.name, []]));
  for (let run = 0; run < options.runs; run++) {
    const first = run % present.length;
    for (const side of [...present.slice(first), ...present.slice(0, first)]) {
      const measure = await side.measure();
      runs.get(side.name)?.push(measure);
      options.say(`  ${run + 1}/${options.runs} ${side.name}: ${describe(measure, plan.columns)}`);
    }
  }
  const sides = chosen.map((side) => ({
    name: side.name,
    missing: side.missing,
    runs: runs.get(side.name) ?? [],
  }));
  const verdicts = plan.goals
    .filter((goal) => chosen.some((side) => side.name === goal.side))
    .map((goal) => judgeGoal(goal, sides));
  return { name, summary, columns: plan.columns, sides, verdicts };
}

function chooseSides(sides: readonly Side[], only: readonly string[]): readonly Side[] {
  const chosen = only.length === 0 ? sides : sides.filter(({ name }) => only.includes(name));
  if (chosen.length > 0) return chosen;
  throw new Error(`none of its sides was asked for: ${sides.map(({ name }) => name).join(', ')}`);
}

function describe(measure: Measure, columns: readonly Column[]): string {
  return columns
    .filter(({ key }) => measure[key] !== undefined)
    .map(({ key, title }) => `${formatNumber(measure[key] ?? 0)} ${title}`)
    .join(', ');
}
