import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase, createLazyPostgres } from '../bench/harness/postgres.ts';
import { openSandbox } from '../bench/harness/sandbox.ts';
import { runClaimers } from './claimers.ts';
import type { Engine } from './cluster.ts';
import { runJobs } from './jobs/run.ts';
import { type Outcome, runKills } from './kills.ts';
import { runMoreTests } from './more-tests.ts';
import { isClean, printOutcome } from './print.ts';

/*
 * npm run torture -- [--kills 100] [--seed N] [--engine sqlite|postgres|both] [--only kills|claimers|jobs]
 * npm run torture -- [--fuzz 100000] [--model 5000] [--seed N]: the tests of that name, with so many cases
 * Exit 0: nothing was lost, doubled or stuck; 1: something was, and the files are kept; 2: bad arguments.
 */

const trials = ['kills', 'claimers', 'jobs'] as const;
type Trial = (typeof trials)[number];
type Arguments = {
  kills: number;
  seed: number;
  engines: readonly Engine[];
  trials: readonly Trial[];
  /** Tests that are run instead, by their folder, with how many cases. */
  tests: readonly [folder: string, env: Record<string, string>][];
};

const usage =
  'expected: [--kills 100] [--seed N] [--engine sqlite|postgres|both] [--only kills|claimers|jobs] [--fuzz N] [--model N]';

function readOwnArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      engine: { type: 'string', default: 'both' },
      only: { type: 'string' },
      fuzz: { type: 'string' },
      model: { type: 'string' },
    },
  });
  const engines = (['sqlite', 'postgres'] as const).filter((engine) =>
    ['both', engine].includes(values.engine),
  );
  const chosen = trials.filter((trial) => values.only === undefined || values.only === trial);
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  const counts = [kills, Number(values.fuzz ?? 1), Number(values.model ?? 1)];
  const isWhole = counts.every((count) => Number.isSafeInteger(count) && count > 0);
  if (!isWhole || !Number.isSafeInteger(seed) || seed < 0 || engines.length === 0 || chosen.length === 0)
    throw new Error(usage);
  return { kills, seed, engines, trials: chosen, tests: chooseTests(values, String(seed)) };
}

function chooseTests({ fuzz, model }: { fuzz?: string; model?: string }, seed: string): Arguments['tests'] {
  return [
    ...(fuzz ? [['torture/fuzz', { FUZZ_CASES: fuzz, FUZZ_SEED: seed }] as const] : []),
    ...(model ? [['torture/model', { MODEL_RUNS: model, MODEL_SEED: seed }] as const] : []),
  ].map(([folder, env]) => [folder, env]);
}

async function runAll({ kills, seed, engines, trials }: Arguments): Promise<boolean> {
  const sandbox = openSandbox('torture');
  const postgres = createLazyPostgres();
  let clean = false;
  const cleanUp = async () => void (await Promise.all([sandbox.close({ keep: !clean }), postgres.stop()]));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  const emptyDatabase = async (engine: Engine, trial: Trial) =>
    engine === 'postgres' ? createDatabase(await postgres.url(), trial) : null;
  const run = async (engine: Engine, trial: Trial): Promise<Outcome> => {
    const database = await emptyDatabase(engine, trial);
    if (trial === 'claimers')
      return runClaimers(database ?? join(sandbox.makeFolder(trial), 'tocsin.db'), seed);
    const options = { sandbox, postgres: database, say: (line: string) => console.error(line) };
    return trial === 'jobs' ? runJobs(options) : runKills({ ...options, seed, kills });
  };
  try {
    const outcomes: Outcome[] = [];
    for (const engine of engines) {
      for (const trial of trials) {
        console.error(`${trial} on ${engine}, --seed ${seed}`);
        const outcome = await run(engine, trial);
        printOutcome(`${trial} on ${engine}, seed ${seed}`, outcome);
        outcomes.push(outcome);
      }
    }
    clean = outcomes.every(isClean);
  } finally {
    await cleanUp();
    if (!clean) console.error(`logs and databases are kept in ${sandbox.folder}`);
  }
  return clean;
}

try {
  const args = readOwnArguments();
  const holds =
    args.tests.length > 0
      ? args.tests.map(([folder, env]) => runMoreTests(folder, env)).every(Boolean)
      : await runAll(args);
  process.exitCode = holds ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
