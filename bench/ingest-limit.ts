import { availableParallelism } from 'node:os';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { concludeLimit } from './limit/conclude.ts';
import { alertmanagerSide, startAlertmanager } from './sides/alertmanager.ts';
import { startFloor, startLeast, startRung } from './sides/floor.ts';
import { type IngestLoad, loadServer } from './sides/ingest.ts';
import type { Server } from './sides/server.ts';
import { startTocsin } from './sides/tocsin.ts';

const about = {
  name: 'ingest-limit',
  summary:
    'ingest rung by rung, from bare parts to Tocsin, on SQLite: what a goal leaves of the machine for an alert, and what is needed',
};

type Load = {
  key: string;
  title: string;
  goal: number;
  load: IngestLoad & { warmupMs: number; measureMs: number };
  /** A rung that would measure something else. */
  without: readonly string[];
};

const one = { connections: 64, alertsPerRequest: 1, warmupMs: 5000, measureMs: 4000 };
const hundred = { connections: 16, alertsPerRequest: 100, warmupMs: 2000, measureMs: 3000 };

const loads: readonly Load[] = [
  { key: 'new', title: 'new', goal: 0.8, load: { ...one, isDistinct: true }, without: [] },
  // Bare rows don't know what a repeat is; the floor looks at nothing.
  {
    key: 'repeat',
    title: 'repeated',
    goal: 1,
    load: { ...one, isDistinct: false },
    without: ['rows of alerts'],
  },
  { key: 'batch', title: 'new by 100', goal: 1, load: { ...hundred, isDistinct: true }, without: [] },
];

const peer = 'alertmanager';
const rungs = ['floor', 'least', 'rows of alerts', 'reports', 'role api', 'tocsin'] as const;

/** How far down each demand brings the rate, beside Alertmanager in the same runs; three runs take eight minutes. */
export const ingestLimit: Benchmark = {
  ...about,
  async run(options) {
    const figures = await alternate(about, options, {
      columns: loads.flatMap(({ key, title }) => [
        { key: `${key}PerSecond`, title: `${title}/s` },
        { key: `${key}Micros`, title: 'µs CPU each' },
        { key: `${key}MainMicros`, title: 'first thread' },
      ]),
      sides: [
        ...rungs.map(
          (name): Side => ({
            name,
            missing: null,
            measure: () => measureAll(name, () => start(name, options)),
          }),
        ),
        alertmanagerSide(options, () => measureAll(peer, () => startAlertmanager(options))),
      ],
      goals: loads.flatMap(({ key, goal, without }) =>
        rungs.filter((side) => !without.includes(side)).map((side) => goalOf(side, `${key}PerSecond`, goal)),
      ),
    });
    const machine = { peer, cores: availableParallelism() };
    return { ...figures, conclusions: loads.flatMap((load) => concludeLimit(load, figures.sides, machine)) };
  },
};

function goalOf(side: string, column: string, value: number): Goal {
  return { side, column, bound: 'at least', value, of: peer };
}

function start(rung: (typeof rungs)[number], { sandbox }: Options): Promise<Server> {
  switch (rung) {
    case 'floor':
      return startFloor(sandbox);
    case 'least':
      return startLeast(sandbox);
    case 'rows of alerts':
      return startRung(sandbox, 'rows');
    case 'reports':
      return startRung(sandbox, 'reports');
    case 'role api':
      return startTocsin(sandbox, { postgres: null, role: 'api' });
    case 'tocsin':
      return startTocsin(sandbox, { postgres: null });
  }
}

/** A server of its own for each load: what one leaves in the database is not the next one's. */
async function measureAll(side: string, startOne: () => Promise<Server>): Promise<Measure> {
  const measure: Record<string, number> = {};
  for (const { key, load, without } of loads) {
    if (without.includes(side)) continue;
    const result = await loadServer(startOne, load);
    measure[`${key}PerSecond`] = result.alertsPerSecond;
    measure[`${key}Micros`] = result.cpuMicrosPerAlert ?? 0;
    measure[`${key}MainMicros`] = result.mainMicrosPerAlert ?? 0;
    measure[`${key}LoadMicros`] = result.loadMicrosPerAlert;
  }
  return measure;
}
