import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';

export type Arguments = {
  chosen: readonly Benchmark[];
  runs: number;
  onlySides: readonly string[];
  withPeers: boolean;
  /** Where the figures go as JSON; null: the standard place. */
  jsonFile: string | null;
  /** Where they go as a document; null: nowhere. */
  markdownFile: string | null;
  /** Where CPU profiles of Tocsin go, to be opened in a browser's tools; null: none are taken. */
  profileFolder: string | null;
  isListOnly: boolean;
};

const maxRuns = 100;

/** Reads the command line. Throws with a sentence for people where it makes no sense. */
export function readArguments(args: readonly string[], benchmarks: readonly Benchmark[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '5' },
      side: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      markdown: { type: 'string' },
      profile: { type: 'string' },
      'without-peers': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  return {
    chosen: chooseBenchmarks(positionals, benchmarks),
    runs: readRuns(values.runs),
    onlySides: values.side,
    withPeers: !values['without-peers'],
    jsonFile: values.json ?? null,
    markdownFile: values.markdown ?? null,
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
    isListOnly: values.list,
  };
}

function chooseBenchmarks(names: readonly string[], benchmarks: readonly Benchmark[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const known = benchmarks.map(({ name }) => name).join(', ');
    throw new Error(`no such benchmark: ${unknown.join(', ')}; there are ${known}`);
  }
  return benchmarks.filter(({ name }) => names.length === 0 || names.includes(name));
}

function readRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0 && runs <= maxRuns) return runs;
  throw new Error(`--runs ${text}: a whole number from 1 to ${maxRuns} is expected`);
}
