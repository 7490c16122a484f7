import type { Sandbox } from './sandbox.ts';

/** What one run of one side yields, by the keys of the benchmark's columns. */
export type Measure = Readonly<Record<string, number>>;

/** A figure that is shown: its key in the measures, and its title with the unit. */
export type Column = { key: string; title: string };

/** Something that is measured beside others in the same runs. */
export type Side = {
  name: string;
  /** How to install what is not there; null: it can be measured. */
  missing: string | null;
  measure(): Promise<Measure>;
};

/** What a figure has to reach: a limit, or a multiple of the same figure of another side in the same run. */
export type Goal = {
  side: string;
  column: string;
  bound: 'at least' | 'at most';
  value: number;
  /** The side that it is a multiple of; null: `value` is the limit itself. */
  of: string | null;
};

export type Spread = { median: number; min: number; max: number };

/** A goal beside what was measured; `met` is null where a side was not measured. */
export type Verdict = Goal & { measured: Spread | null; met: boolean | null };

export type Figures = {
  name: string;
  summary: string;
  columns: readonly Column[];
  sides: readonly { name: string; missing: string | null; runs: readonly Measure[] }[];
  verdicts: readonly Verdict[];
  /** What follows from them, a sentence a line, what belongs to the one before it indented; absent: it is left to the reader. */
  conclusions?: readonly string[];
};

export type Options = {
  runs: number;
  sandbox: Sandbox;
  /** False: peers are left out on purpose. */
  withPeers: boolean;
  /** Names of the sides that alone are measured; empty: all. */
  onlySides: readonly string[];
  /** An address of a superuser of a private PostgreSQL with fsync, started at the first call. */
  postgres(): Promise<string>;
  say(line: string): void;
};

export type Benchmark = {
  name: string;
  summary: string;
  run(options: Options): Promise<Figures>;
};
