import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClaimPlan, ClaimResult, ClaimWay } from './claim/claimer.ts';
import { fillAlerts, fillBare } from './claim/fill.ts';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { createDatabase, dropDatabase } from './harness/postgres.ts';
import { runWorkers } from './harness/workers.ts';

const about = { name: 'claim', summary: '100,000 waiting; claim 25 and ack 25, by 1 and by 4 processes' };
const program = fileURLToPath(new URL('./claim/worker.ts', import.meta.url));
const waiting = 100_000;
const perClaim = { limit: 25, warmupMs: 300, measureMs: 1500 };
const engines = ['sqlite', 'postgres'] as const;
const everywhere: readonly ClaimWay[] = ['tocsin', 'bare', 'bare on alerts'];
/** A client of PostgreSQL needs no thread. */
const ways: Readonly<Record<Engine, readonly ClaimWay[]>> = {
  sqlite: [...everywhere, 'bare in a thread', 'bare on alerts in a thread'],
  postgres: [...everywhere, 'bare on alerts with events'],
};
const workerCounts = [1, 4];

type Engine = (typeof engines)[number];
type Case = { engine: Engine; way: ClaimWay; workers: number };
/** Full databases, made once; each measurement gets a copy. */
type Templates = {
  copy(way: ClaimWay, engine: Engine): Promise<{ target: string; remove(): Promise<void> }>;
};

/** How many alerts a second are claimed and acked, beside the bare statements on the same database. */
export const claim: Benchmark = {
  ...about,
  async run(options) {
    const templates = await makeTemplates(options);
    const cases = engines.flatMap((engine) =>
      workerCounts.flatMap((workers) => ways[engine].map((way) => ({ engine, way, workers }))),
    );
    return alternate(about, options, {
      columns: [
        { key: 'ackedPerSecond', title: 'acked/s' },
        { key: 'p50Ms', title: 'p50 ms of claim and ack' },
        { key: 'p99Ms', title: 'p99 ms' },
      ],
      sides: cases.map(
        (one): Side => ({ name: nameOf(one), missing: null, measure: () => measure(templates, one) }),
      ),
      // What they reach on rows of alerts, and in a thread, bounds what can be reached with all else beside them.
      goals: cases.filter(({ way }) => way !== 'bare').map(goalOf),
    });
  },
};

/** What stands before and behind the engine's name. */
const words: Readonly<Record<ClaimWay, readonly [string, string]>> = {
  tocsin: ['tocsin', ''],
  bare: ['bare', ''],
  'bare on alerts': ['bare', ' on rows of alerts'],
  'bare on alerts with events': ['bare', ' on rows of alerts with events'],
  'bare in a thread': ['bare', ' in a thread'],
  'bare on alerts in a thread': ['bare', ' in a thread on rows of alerts'],
};

function nameOf({ engine, way, workers }: Case): string {
  const [who, where] = words[way];
  return `${who} ${engine}${where}, ${workers} ${workers === 1 ? 'process' : 'processes'}`;
}

function goalOf(one: Case): Goal {
  const of = nameOf({ ...one, way: 'bare' });
  return { side: nameOf(one), column: 'ackedPerSecond', bound: 'at least', value: 0.6, of };
}

async function measure(templates: Templates, { engine, way, workers }: Case): Promise<Measure> {
  const { target, remove } = await templates.copy(way, engine);
  try {
    const plans = Array.from({ length: workers }, (): ClaimPlan => ({ ...perClaim, way, target }));
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

/** What is filled: Tocsin's tables, which two ways share, or that of the bare statements. */
type Filling = 'alerts' | 'work';
const fillings: Readonly<Record<Filling, typeof fillBare>> = { alerts: fillAlerts, work: fillBare };

async function makeTemplates(options: Options): Promise<Templates> {
  options.say(`  filling four databases with ${waiting} rows`);
  const server = await options.postgres();
  const folder = options.sandbox.makeFolder('claim');
  const fileOf = (filling: string) => join(folder, `${filling}.db`);
  for (const [filling, fill] of Object.entries(fillings)) {
    await fill(fileOf(filling), waiting);
    await fill(await createDatabase(server, `full_${filling}`), waiting);
  }
  return {
    async copy(way, engine) {
      const filling: Filling = way === 'bare' || way === 'bare in a thread' ? 'work' : 'alerts';
      if (engine === 'postgres') {
        const target = await createDatabase(server, 'claim', `full_${filling}`);
        return { target, remove: () => dropDatabase(server, 'claim') };
      }
      const target = join(folder, 'claim.db');
      copyFileSync(fileOf(filling), target);
      return { target, remove: async () => removeDatabase(target) };
    },
  };
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}
