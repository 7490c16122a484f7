import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClaimPlan, ClaimResult, ClaimWay, Engine } from './claim/claimer.ts';
import { fillAlerts, fillBare, fillLeast } from './claim/fill.ts';
import { fillPgBoss } from './claim/pg-boss.ts';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { createDatabase, dropDatabase } from './harness/postgres.ts';
import { runWorkers } from './harness/workers.ts';

const about = { name: 'claim', summary: '100,000 waiting; claim 25 and ack 25, by 1 and by 4 processes' };
const program = fileURLToPath(new URL('./claim/worker.ts', import.meta.url));
const waiting = 100_000;
const times = { warmupMs: 300, measureMs: 1200 };
const batch = 25;
/** The batch by which pg-boss is quoted. */
const largeBatch = 100;
const workerCounts = [1, 4];
const engines = ['sqlite', 'postgres'] as const;
const everywhere: readonly ClaimWay[] = ['tocsin', 'least', 'bare', 'bare on alerts'];
/** A client of PostgreSQL needs no thread. */
const ways: Readonly<Record<Engine, readonly ClaimWay[]>> = {
  sqlite: [...everywhere, 'bare in a thread', 'bare on alerts in a thread'],
  postgres: [...everywhere, 'bare on alerts with events', 'pg-boss'],
};

type Case = { engine: Engine; way: ClaimWay; workers: number; limit: number };
/** Full databases, each made when it is first asked for; each measurement gets a copy. */
type Templates = {
  copy(way: ClaimWay, engine: Engine): Promise<{ target: string; remove(): Promise<void> }>;
};

/** How many alerts a second are claimed and acked, beside the bare statements on the same database and pg-boss. */
export const claim: Benchmark = {
  ...about,
  async run(options) {
    const templates = await makeTemplates(options);
    const cases = listCases();
    return alternate(about, options, {
      columns: [
        { key: 'ackedPerSecond', title: 'acked/s' },
        { key: 'p50Ms', title: 'p50 ms of claim and ack' },
        { key: 'p99Ms', title: 'p99 ms' },
      ],
      sides: cases.map(
        (one): Side => ({ name: nameOf(one), missing: null, measure: () => measure(templates, one) }),
      ),
      goals: cases.flatMap(goalsOf),
    });
  },
};

function listCases(): Case[] {
  const byBatch = engines.flatMap((engine) =>
    workerCounts.flatMap((workers) =>
      ways[engine].map((way): Case => ({ engine, way, workers, limit: batch })),
    ),
  );
  const byLargeBatch = workerCounts.flatMap((workers) =>
    (['tocsin', 'pg-boss'] as const).map(
      (way): Case => ({ engine: 'postgres', way, workers, limit: largeBatch }),
    ),
  );
  return [...byBatch, ...byLargeBatch];
}

/** What stands before and behind the engine's name. */
const words: Readonly<Record<ClaimWay, readonly [string, string]>> = {
  tocsin: ['tocsin', ''],
  least: ['least', ''],
  'pg-boss': ['pg-boss', ''],
  bare: ['bare', ''],
  'bare on alerts': ['bare', ' on rows of alerts'],
  'bare on alerts with events': ['bare', ' on rows of alerts with events'],
  'bare in a thread': ['bare', ' in a thread'],
  'bare on alerts in a thread': ['bare', ' in a thread on rows of alerts'],
};

function nameOf({ engine, way, workers, limit }: Case): string {
  const [who, where] = words[way];
  const by = limit === batch ? '' : ` by ${limit}`;
  return `${who} ${engine}${where}${by}, ${workers} ${workers === 1 ? 'process' : 'processes'}`;
}

/** What the others reach beside the bare statements bounds what can be reached with all that is asked for. */
function goalsOf(one: Case): Goal[] {
  if (one.way === 'bare' || one.way === 'pg-boss') return [];
  const atLeast = (value: number, way: ClaimWay): Goal => {
    const [side, of] = [nameOf(one), nameOf({ ...one, way })];
    return { side, column: 'ackedPerSecond', bound: 'at least', value, of };
  };
  return [
    ...(one.limit === batch ? [atLeast(0.6, 'bare')] : []),
    ...(one.way === 'tocsin' && one.engine === 'postgres' ? [atLeast(1, 'pg-boss')] : []),
  ];
}

async function measure(templates: Templates, { engine, way, workers, limit }: Case): Promise<Measure> {
  const { target, remove } = await templates.copy(way, engine);
  try {
    const plans = Array.from({ length: workers }, (): ClaimPlan => ({ ...times, way, limit, target }));
    const results = await runWorkers<ClaimPlan, ClaimResult>(program, plans);
    const acked = results.reduce((sum, result) => sum + result.acked, 0);
    return {
      ackedPerSecond: acked / Math.max(...results.map((result) => result.seconds)),
      p50Ms: Math.max(...results.map((result) => result.p50Ms)),
      p99Ms: Math.max(...results.map((result) => result.p99Ms)),
    };
  } finally {
    await remove();
  }
}

/** What is filled: Tocsin's tables, these with the work in a table of its own, the bare statements' one, or pg-boss's. */
type Filling = 'alerts' | 'least' | 'work' | 'jobs';
const fillings: Readonly<Record<Filling, typeof fillBare>> = {
  alerts: fillAlerts,
  least: fillLeast,
  work: fillBare,
  jobs: fillPgBoss,
};

function fillingOf(way: ClaimWay): Filling {
  if (way === 'least') return 'least';
  if (way === 'pg-boss') return 'jobs';
  return way === 'bare' || way === 'bare in a thread' ? 'work' : 'alerts';
}

async function makeTemplates(options: Options): Promise<Templates> {
  const server = await options.postgres();
  const folder = options.sandbox.makeFolder('claim');
  const filled = new Map<string, Promise<string>>();
  const fill = async (filling: Filling, engine: Engine) => {
    options.say(`  filling ${engine} with ${waiting} ${filling}`);
    const target =
      engine === 'sqlite' ? join(folder, `${filling}.db`) : await createDatabase(server, `full_${filling}`);
    await fillings[filling](target, waiting);
    return target;
  };
  return {
    async copy(way, engine) {
      const filling = fillingOf(way);
      const key = `${engine} ${filling}`;
      const template = filled.get(key) ?? fill(filling, engine);
      filled.set(key, template);
      const full = await template;
      if (engine === 'postgres') {
        const target = await createDatabase(server, 'claim', `full_${filling}`);
        return { target, remove: () => dropDatabase(server, 'claim') };
      }
      const target = join(folder, 'claim.db');
      copyFileSync(full, target);
      return { target, remove: async () => removeDatabase(target) };
    },
  };
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}
