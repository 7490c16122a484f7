import type { Column, Figures, Measure, Spread, Verdict } from './benchmark.ts';
import { spreadOf } from './statistics.ts';

/** Answers a number with three digits that count, or whole with commas from a hundred on. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** Answers a median with its ends: `23,400 (22,900–23,800)`. */
export function formatSpread({ median, min, max }: Spread): string {
  return `${formatNumber(median)} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** Answers the figures as rows of cells, the titles first; a figure that a side does not have is a dash. */
export function toRows({ columns, sides }: Pick<Figures, 'columns' | 'sides'>): string[][] {
  const header = ['side', ...columns.map(({ title }) => title)];
  const rows = sides.map(({ name, missing, runs }) => [
    name,
    ...(missing === null
      ? columns.map((column) => formatCell(column, runs))
      : ['not measured', ...columns.slice(1).map(() => '–')]),
  ]);
  return [header, ...rows];
}

function formatCell({ key }: Column, runs: readonly Measure[]): string {
  const values = runs.flatMap((run) => run[key] ?? []);
  return values.length === 0 ? '–' : formatSpread(spreadOf(values));
}

/** Answers what a goal asks: `tocsin sqlite: at least 0.8 × alertmanager`. */
export function formatGoal(goal: Verdict, columns: readonly Column[]): string {
  const title = columns.find(({ key }) => key === goal.column)?.title ?? goal.column;
  const wanted = `${goal.bound} ${formatNumber(goal.value)}`;
  return `${goal.side}, ${title}: ${goal.of === null ? wanted : `${wanted} × ${goal.of}`}`;
}

/** Answers `met`, `missed` or `not measured`. */
export function formatVerdict({ met }: Verdict): string {
  if (met === null) return 'not measured';
  return met ? 'met' : 'missed';
}

/** Answers the figures as text for a terminal. */
export function formatFigures(figures: Figures): string {
  const verdicts = figures.verdicts.map((verdict) => [
    formatVerdict(verdict),
    formatGoal(verdict, figures.columns),
    verdict.measured === null ? '' : formatSpread(verdict.measured),
  ]);
  return [
    `${figures.name}: ${figures.summary}`,
    ...alignRows(toRows(figures)),
    ...(verdicts.length === 0 ? [] : ['', ...alignRows(verdicts)]),
    ...(figures.conclusions ?? []).map((line) => (line.startsWith(' ') ? `  ${line}` : `\n  ${line}`)),
    '',
  ].join('\n');
}

function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('   ')}`.trimEnd());
}
