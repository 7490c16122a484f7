import { alternate } from './harness/alternate.ts';
import type { Benchmark, Goal, Measure, Options, Side } from './harness/benchmark.ts';
import { alertmanagerSide, startAlertmanager } from './sides/alertmanager.ts';
import { startFloor, startRung } from './sides/floor.ts';
import { type IngestLoad, measureIngest } from './sides/ingest.ts';
import type { Server } from './sides/server.ts';
import { startTocsin } from './sides/tocsin.ts';

const about = {
  name: 'ingest-limit',
  summary: 'ingest rung by rung, from bare parts to Tocsin, on SQLite: which of them falls under a goal',
};

type Load = IngestLoad & { key: string; title: string; goal: number };

const loads: readonly Load[] = [
  { key: 'new', title: 'new', goal: 0.8, connections: 64, alertsPerRequest: 1, isDistinct: true },
  { key: 'repeat', title: 'repeated', goal: 1, connections: 64, alertsPerRequest: 1, isDistinct: false },
  { key: 'batch', title: 'new by 100', goal: 0.6, connections: 16, alertsPerRequest: 100, isDistinct: true },
];

const peer = 'alertmanager';
/** Nothing but the floor and Tocsin itself knows what a repeat is: on the rung of rows every alert is new. */
const rungs = ['floor', 'rows of alerts', 'reports', 'role api', 'tocsin'] as const;

/** How far down each demand brings the rate, beside Alertmanager in the same runs. */
export const ingestLimit: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: loads.flatMap(({ key, title }) => [
        { key: `${key}PerSecond`, title: `${title}/s` },
        { key: `${key}Micros`, title: 'µs CPU each' },
      ]),
      sides: [
        ...rungs.map(
          (name): Side => ({ name, missing: null, measure: () => measureAll(() => start(name, options)) }),
        ),
        alertmanagerSide(options, () => measureAll(() => startAlertmanager(options))),
      ],
      goals: loads.flatMap(({ key, goal }) => rungs.map((side) => goalOf(side, `${key}PerSecond`, goal))),
    }),
};

function goalOf(side: string, column: string, value: number): Goal {
  return { side, column, bound: 'at least', value, of: peer };
}

function start(rung: (typeof rungs)[number], { sandbox }: Options): Promise<Server> {
  switch (rung) {
    case 'floor':
      return startFloor(sandbox);
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
async function measureAll(startOne: () => Promise<Server>): Promise<Measure> {
  const measure: Record<string, number> = {};
  for (const { key, title: _, goal: __, ...load } of loads) {
    const { alertsPerSecond, cpuMicrosPerAlert } = await measureIngest(startOne, load);
    measure[`${key}PerSecond`] = alertsPerSecond ?? 0;
    measure[`${key}Micros`] = cpuMicrosPerAlert ?? 0;
  }
  return measure;
}
