import { join } from 'node:path';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { formatNumber } from './harness/format.ts';
import { createDatabase } from './harness/postgres.ts';
import { openProbe } from './harness/probe.ts';
import { waitUntilUp } from './harness/wait.ts';
import { type Address, measureInTurn, signIn } from './scale/ask.ts';
import { fillHistory } from './scale/fill.ts';
import { type Question, questions } from './scale/questions.ts';
import { createTocsinHome, launchTocsin, readAdminToken } from './sides/tocsin.ts';

const about = {
  name: 'scale',
  summary: 'median ms of an answer with so many alerts stored; filters ask for what 20 of them have',
};
const sizes = [10_000, 100_000, 1_000_000] as const;
const largest = 'ms1000000';
const engines = ['sqlite', 'postgres'] as const;
/** What a tenth less throughput means for the time of an answer. */
const mostGrowth = 1 / 0.9;

type Engine = (typeof engines)[number];
/** A server on a full database. */
type Full = { address: Address; database: string };

/** How long people and workers wait for answers, and whether that grows with what is stored. */
export const scale: Benchmark = {
  ...about,
  run(options) {
    const full = new Map<Engine, Promise<Full[]>>();
    const open = (engine: Engine) => {
      const opened = full.get(engine) ?? openAll(options, engine);
      full.set(engine, opened);
      return opened;
    };
    const cases = engines.flatMap((engine) => questions.map((question) => ({ engine, question })));
    return alternate(about, options, {
      columns: [
        ...sizes.map((size) => ({ key: keyOf(size), title: formatNumber(size) })),
        { key: 'growth', title: 'last ÷ first' },
      ],
      sides: cases.map(
        ({ engine, question }): Side => ({
          name: nameOf(engine, question),
          missing: null,
          measure: async () => measure(await open(engine), question),
        }),
      ),
      goals: cases.flatMap(({ engine, question }) => goalsOf(engine, question)),
    });
  },
};

const keyOf = (size: number) => `ms${size}`;
const nameOf = (engine: Engine, { title }: Question) => `${engine}, ${title}`;

function goalsOf(engine: Engine, question: Question): Goal[] {
  if (question.goalMs === null) return [];
  const limit = { side: nameOf(engine, question), bound: 'at most', of: null } as const;
  return [
    { ...limit, column: largest, value: question.goalMs },
    { ...limit, column: 'growth', value: mostGrowth },
  ];
}

/** Fills a database of each size and starts a server on it, which the sandbox ends. */
async function openAll(options: Options, engine: Engine): Promise<Full[]> {
  const all: Full[] = [];
  for (const size of sizes) all.push(await openFull(options, engine, size));
  return all;
}

async function openFull({ sandbox, postgres, say }: Options, engine: Engine, size: number): Promise<Full> {
  const own = engine === 'postgres' ? await createDatabase(await postgres(), `scale_${size}`) : null;
  const home = await createTocsinHome(sandbox, { postgres: own });
  const database = own ?? join(home.dataDir, 'tocsin.db');
  const startedAt = performance.now();
  await fillHistory(database, size);
  const seconds = formatNumber((performance.now() - startedAt) / 1000);
  say(`  ${engine}: filled with ${formatNumber(size)} in ${seconds} s`);
  const url = `http://127.0.0.1:${home.port}`;
  await waitUntilUp(`${url}/readyz`, launchTocsin(sandbox, home, 'api'));
  return { address: await signIn(url, readAdminToken(home)), database };
}

async function measure(all: readonly Full[], question: Question): Promise<Measure> {
  const addresses = all.map(({ address }) => address);
  const medians = await measureInTurn(addresses, question);
  if (question.body !== undefined) for (const { database } of all) await putBack(database);
  const growth = (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN);
  return { ...Object.fromEntries(sizes.map((size, i) => [keyOf(size), medians[i] ?? Number.NaN])), growth };
}

/** What was claimed waits again for the next run. */
async function putBack(database: string): Promise<void> {
  const probe = await openProbe(database, 'writable');
  await probe.rows(`update alert set status = 'new', owner = null, lease_token = null, processing_lock_until = null
    where status = 'processing'`);
  await probe.close();
}
