import type { Column, Goal, Options, Side } from './harness/benchmark.ts';
import { drive, loadColumns, toMeasure } from './harness/drive.ts';
import { createDatabase, dropDatabase } from './harness/postgres.ts';
import { alertmanagerSide, startAlertmanager } from './sides/alertmanager.ts';
import { startFloor } from './sides/floor.ts';
import type { Server } from './sides/server.ts';
import { startTocsin, type TocsinSettings } from './sides/tocsin.ts';

export type IngestLoad = { connections: number; alertsPerRequest: number; isDistinct: boolean };

/** What every ingest benchmark shows. */
export const ingestColumns: readonly Column[] = loadColumns;

/** Answers all who take alerts: Tocsin on both engines and as an API alone, Alertmanager, and the bare parts. */
export function ingestSides(options: Options, load: IngestLoad): Side[] {
  const { sandbox } = options;
  const side = (name: string, start: () => Promise<Server>): Side => ({
    name,
    missing: null,
    measure: () => measureIngest(start, load),
  });
  const tocsin = (settings: Partial<TocsinSettings>) => () =>
    startTocsin(sandbox, { postgres: null, ...settings });
  return [
    side('tocsin sqlite', tocsin({})),
    side('tocsin sqlite, role api', tocsin({ role: 'api' })),
    { ...side('tocsin postgres', tocsin({})), measure: () => measureOnPostgres(options, load) },
    alertmanagerSide(options, () => measureIngest(() => startAlertmanager(options), load)),
    side('floor', () => startFloor(sandbox)),
  ];
}

async function measureOnPostgres(options: Options, load: IngestLoad) {
  const server = await options.postgres();
  const postgres = await createDatabase(server, 'ingest');
  try {
    return await measureIngest(() => startTocsin(options.sandbox, { postgres }), load);
  } finally {
    await dropDatabase(server, 'ingest');
  }
}

async function measureIngest(start: () => Promise<Server>, load: IngestLoad) {
  const server = await start();
  const { port, path, token, accepted, running } = server;
  try {
    const body = server.buildBody(load.alertsPerRequest);
    const result = await drive({
      ...load,
      port,
      path,
      token,
      body,
      expected: accepted,
      serverPid: running.pid,
    });
    return toMeasure(result);
  } finally {
    await server.stop();
  }
}

/** Answers the goals of Tocsin, on either engine, beside Alertmanager in the same run. */
export function againstAlertmanager(
  bound: Goal['bound'],
  column: (typeof loadColumns)[number]['key'],
  multiples: readonly number[],
): Goal[] {
  return ['tocsin sqlite', 'tocsin postgres'].flatMap((side) =>
    multiples.map((value) => ({ side, column, bound, value, of: 'alertmanager' })),
  );
}
