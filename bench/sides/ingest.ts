import type { Column, Goal, Measure, Options, Side } from '../harness/benchmark.ts';
import { drive, loadColumns, toMeasure } from '../harness/drive.ts';
import type { LoadPlan, LoadResult } from '../load/plan.ts';
import { alertmanagerSide, startAlertmanager } from './alertmanager.ts';
import { onBothEngines, onPostgres, tocsinSides } from './engines.ts';
import { startFloor, startLeast } from './floor.ts';
import type { Server } from './server.ts';
import { startTocsin } from './tocsin.ts';

export type IngestLoad = { connections: number; alertsPerRequest: number; isDistinct: boolean };

/** What every ingest benchmark shows. */
export const ingestColumns: readonly Column[] = loadColumns;

/** Answers all who take alerts: Tocsin on both engines and as an API alone, Alertmanager, and the bare parts on both engines: a bare insert, and the least that ingest has to be. */
export function ingestSides(options: Options, load: IngestLoad): Side[] {
  const { sandbox } = options;
  const side = (name: string, start: () => Promise<Server>): Side => ({
    name,
    missing: null,
    measure: () => measureIngest(start, load),
  });
  return [
    ...onBothEngines(options, (postgres) => measureIngest(() => startTocsin(sandbox, { postgres }), load)),
    side('tocsin sqlite, role api', () => startTocsin(sandbox, { postgres: null, role: 'api' })),
    alertmanagerSide(options, () => measureIngest(() => startAlertmanager(options), load)),
    side('floor', () => startFloor(sandbox)),
    onPostgres(options, 'floor postgres', (postgres) =>
      measureIngest(() => startFloor(sandbox, postgres), load),
    ),
    side('least', () => startLeast(sandbox)),
    onPostgres(options, 'least postgres', (postgres) =>
      measureIngest(() => startLeast(sandbox, postgres), load),
    ),
  ];
}

/** Starts a server, measures it under load and stops it. */
async function measureIngest(start: () => Promise<Server>, load: IngestLoad): Promise<Measure> {
  return toMeasure(await loadServer(start, load));
}

/** The same, with all that the load generator knows. */
export async function loadServer(
  start: () => Promise<Server>,
  load: IngestLoad & Partial<Pick<LoadPlan, 'warmupMs' | 'measureMs'>>,
): Promise<LoadResult> {
  const server = await start();
  const { port, path, token, accepted, running } = server;
  try {
    const body = server.buildBody(load.alertsPerRequest);
    return await drive({
      ...load,
      port,
      path,
      token,
      body,
      expected: accepted,
      serverPid: running.pid,
    });
  } finally {
    await server.stop();
  }
}

/** What these do not reach is out of reach with Fastify and these databases. */
const leastSides = ['least', 'least postgres'];

/** Answers the goals of Tocsin and of the least, on either engine, beside Alertmanager in the same run. */
export function againstAlertmanager(
  bound: Goal['bound'],
  column: (typeof loadColumns)[number]['key'],
  multiples: readonly number[],
): Goal[] {
  return [...tocsinSides, ...leastSides].flatMap((side) =>
    multiples.map((value) => ({ side, column, bound, value, of: 'alertmanager' })),
  );
}
