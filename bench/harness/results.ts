import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Figures } from './benchmark.ts';
import { formatGoal, formatSpread, formatVerdict, toRows } from './format.ts';

/** Figures, and where and when they were taken. */
export type Results = {
  takenAt: string;
  runs: number;
  machine: { cpu: string; cores: number; memoryGiB: number; arch: string; kernel: string; node: string };
  figures: readonly Figures[];
};

/** Answers what figures are worth nothing without. */
export function describeMachine(): Results['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    arch: arch(),
    kernel: release(),
    node: process.version,
  };
}

/** Writes the figures, each run of each side, as JSON. */
export function writeJson(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** Writes the figures as a document for people. */
export function writeMarkdown(file: string, results: Results): void {
  const { cpu, cores, memoryGiB, kernel, node } = results.machine;
  const head = [
    '# Benchmarks',
    '',
    `Written by \`npm run bench -- --markdown\` on ${results.takenAt.slice(0, 10)}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}.`,
    `Each figure is the median of ${results.runs} runs with the least and the most of them; sides take turns within a run, and`,
    'ratios are taken run by run. Whole processes on loopback; the load generator shares the cores. Absolute numbers say',
    'little about another machine, ratios say more.',
    '',
  ];
  const body = results.figures.flatMap(describeFigures);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, [...head, ...body].join('\n'));
}

function describeFigures(figures: Figures): string[] {
  const verdicts = figures.verdicts.map((verdict) => [
    formatGoal(verdict, figures.columns),
    verdict.measured === null ? '–' : formatSpread(verdict.measured),
    formatVerdict(verdict),
  ]);
  return [
    `## ${figures.name}`,
    '',
    `${figures.summary}.`,
    '',
    ...toTable(toRows(figures)),
    '',
    ...(verdicts.length === 0 ? [] : [...toTable([['goal', 'measured', ''], ...verdicts]), '']),
    ...(figures.conclusions ?? []).flatMap((line) => [line.trimStart(), '']),
  ];
}

function toTable([header = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
