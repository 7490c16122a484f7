import { join } from 'node:path';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Options, Side } from './harness/benchmark.ts';
import { createDatabase } from './harness/postgres.ts';
import { waitUntilUp } from './harness/wait.ts';
import { fillYear, nameOf } from './history/fill.ts';
import { type Address, measureInTurn, signIn } from './scale/ask.ts';
import type { Question } from './scale/questions.ts';
import { type Engine, engines } from './scale/serve.ts';
import { createTocsinHome, launchTocsin, readAdminToken } from './sides/tocsin.ts';

const about = {
  name: 'history',
  summary: 'median ms of an answer with a year of 500 checks stored, each of a component of its own',
};
const count = 500;
const goalMs = 50;

const ofOne = (path: string) => `/v1/components/${nameOf(250)}/${path}`;

const questions: readonly Question[] = [
  { title: 'board page, 30 days of all', path: '/', goalMs },
  { title: 'list of components', path: '/v1/components', goalMs },
  { title: 'history of 24 hours', path: ofOne('history?window=24h'), goalMs },
  { title: 'history of 30 days', path: ofOne('history?window=30d'), goalMs },
  { title: 'history of 365 days', path: ofOne('history?window=365d'), goalMs },
  { title: 'uptime of 90 days', path: ofOne('uptime?days=90'), goalMs },
  { title: 'uptime of 365 days', path: ofOne('uptime?days=365'), goalMs },
];

/** How long people wait for what was, a year after the start. */
export const history: Benchmark = {
  ...about,
  run(options) {
    const served = new Map<Engine, Promise<Address>>();
    const open = (engine: Engine) => {
      const address = served.get(engine) ?? serveYear(options, engine);
      served.set(engine, address);
      return address;
    };
    const cases = engines.flatMap((engine) => questions.map((question) => ({ engine, question })));
    return alternate(about, options, {
      columns: [{ key: 'ms', title: 'ms' }],
      sides: cases.map(
        ({ engine, question }): Side => ({
          name: `${engine}, ${question.title}`,
          missing: null,
          measure: async () => {
            const [ms = Number.NaN] = await measureInTurn([await open(engine)], question);
            return { ms };
          },
        }),
      ),
      goals: cases.map(({ engine, question }) => ({
        side: `${engine}, ${question.title}`,
        column: 'ms',
        bound: 'at most',
        value: question.goalMs,
        of: null,
      })),
    });
  },
};

/** Fills a database and starts a server on it, which the sandbox ends. */
async function serveYear({ sandbox, postgres, say }: Options, engine: Engine): Promise<Address> {
  const own = engine === 'postgres' ? await createDatabase(await postgres(), 'history') : null;
  const home = await createTocsinHome(sandbox, { postgres: own, config: { components: listComponents() } });
  const startedAt = performance.now();
  await fillYear(own ?? join(home.dataDir, 'tocsin.db'), count);
  say(`  ${engine}: filled in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  const url = `http://127.0.0.1:${home.port}`;
  await waitUntilUp(`${url}/readyz`, launchTocsin(sandbox, home, 'api'));
  return signIn(url, readAdminToken(home));
}

function listComponents(): unknown[] {
  const check = { name: 'front', kind: 'tcp', host: '127.0.0.1', port: 9 };
  return Array.from({ length: count }, (_, i) => ({ id: nameOf(i), checks: [check] }));
}
