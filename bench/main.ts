import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { benchmarks } from './catalog.ts';
import { type Arguments, readArguments } from './harness/arguments.ts';
import type { Benchmark, Figures, Options } from './harness/benchmark.ts';
import { formatFigures } from './harness/format.ts';
import { createLazyPostgres } from './harness/postgres.ts';
import { describeMachine, writeJson, writeMarkdown } from './harness/results.ts';
import { openSandbox } from './harness/sandbox.ts';

/*
 * npm run bench -- [NAME…] [--runs N] [--side NAME]… [--profile FOLDER] [--json FILE] [--markdown FILE] [--without-peers] [--list]
 * Exit 0: all was measured; 1: something was not; 2: bad arguments. A goal that is missed is a finding, no failure.
 */

/** Runs one benchmark and prints it; what cannot be measured is said, and the others go on. */
async function runOne(benchmark: Benchmark, options: Options): Promise<Figures | null> {
  options.say(`${benchmark.name}: ${benchmark.summary}`);
  try {
    const figures = await benchmark.run(options);
    console.log(`\n${formatFigures(figures)}`);
    return figures;
  } catch (error) {
    process.exitCode = 1;
    console.error(`${benchmark.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function complainOfMissing(figures: readonly Figures[]): void {
  const missing = new Set(figures.flatMap(({ sides }) => sides.flatMap((side) => side.missing ?? [])));
  if (missing.size > 0) process.exitCode = 1;
  for (const line of missing) console.error(line);
}

async function measure(args: Arguments, options: Options): Promise<void> {
  const takenAt = new Date().toISOString();
  const figures: Figures[] = [];
  for (const benchmark of args.chosen) {
    const measured = await runOne(benchmark, options);
    if (measured) figures.push(measured);
  }
  if (args.withPeers) complainOfMissing(figures);
  const results = { takenAt, runs: args.runs, machine: describeMachine(), figures };
  const file = args.jsonFile ?? join(import.meta.dirname, 'results', `${takenAt.replaceAll(':', '-')}.json`);
  writeJson(file, results);
  if (args.markdownFile !== null) writeMarkdown(args.markdownFile, results);
  console.log(`written to ${file}`);
}

/** What is measured is what an install leaves behind. */
function makeBundle(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/bundle.mjs')], { stdio: 'inherit' });
}

async function runAll(args: Arguments): Promise<void> {
  makeBundle();
  const sandbox = openSandbox('bench', profileEnv(args.profileFolder));
  const postgres = createLazyPostgres();
  const cleanUp = async () => void (await Promise.all([sandbox.close(), postgres.stop()]));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  const say = (line: string) => console.error(line);
  try {
    await measure(args, { ...args, sandbox, postgres: postgres.url, say });
  } finally {
    await cleanUp();
  }
}

/** Node writes a profile where its process ends by itself; of a server under load it also shows what the profiling costs. */
function profileEnv(folder: string | null): Record<string, string> {
  return folder === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

function readOwnArguments(): Arguments {
  try {
    return readArguments(process.argv.slice(2), benchmarks);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

const args = readOwnArguments();
if (args.isListOnly) for (const { name, summary } of benchmarks) console.log(`${name.padEnd(22)}${summary}`);
else await runAll(args);
