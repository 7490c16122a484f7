import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../harness/sandbox.ts';
import { findFreePort, waitUntilUp } from '../harness/wait.ts';
import { numberMark } from '../load/request.ts';
import type { Server } from './server.ts';

/** The launcher, as an operator runs it. */
export const tocsinProgram = fileURLToPath(new URL('../../bin/tocsin', import.meta.url));

export type TocsinSettings = {
  /** Address of an empty database; null: SQLite in the data folder. */
  postgres: string | null;
  role?: 'all' | 'api' | 'worker' | 'scheduler';
  /** Keys of tocsin.yaml beside `server`. */
  config?: Record<string, unknown>;
  /** The whole of alert_routing_policy.yml; absent: the built-in one. */
  policy?: Record<string, unknown>;
};

/** Where one Tocsin lives: its files, its port, its environment. Several may share a data folder. */
export type TocsinHome = {
  folder: string;
  dataDir: string;
  port: number;
  configFile: string;
  env: Record<string, string>;
};

/** Writes the files of a Tocsin that is to be started, later or more than once. */
export async function createTocsinHome(
  sandbox: Sandbox,
  { postgres, config = {}, policy }: TocsinSettings,
  sharedDataDir: string | null = null,
): Promise<TocsinHome> {
  const folder = sandbox.makeFolder('tocsin');
  const dataDir = sharedDataDir ?? join(folder, 'data');
  const port = await findFreePort();
  const configFile = join(folder, 'tocsin.yaml');
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify({ server: { listen: `127.0.0.1:${port}` }, ...config }));
  mkdirSync(join(folder, 'config'));
  if (policy) writeFileSync(join(folder, 'config', 'alert_routing_policy.yml'), JSON.stringify(policy));
  const store: Record<string, string> =
    postgres === null
      ? { ALERT_BACKEND: 'sqlite' }
      : { ALERT_BACKEND: 'postgres', ALERT_DATABASE_URL: postgres };
  return { folder, dataDir, port, configFile, env: { TOCSIN_DATA_DIR: dataDir, ...store } };
}

/** Starts the process and does not wait for it. */
export function launchTocsin(sandbox: Sandbox, home: TocsinHome, role = 'all') {
  const command = [tocsinProgram, 'serve', '--config', home.configFile, '--role', role] as const;
  return sandbox.start(`tocsin-${role}`, [...command], { cwd: home.folder, env: home.env });
}

export type TocsinServer = Server & {
  home: TocsinHome /** Address of the PostgreSQL, or path of the SQLite file. */;
  database: string;
};

/** Starts `tocsin serve` on a configuration and a data folder of its own; resolves when it is ready. */
export async function startTocsin(sandbox: Sandbox, settings: TocsinSettings): Promise<TocsinServer> {
  const home = await createTocsinHome(sandbox, settings);
  const running = launchTocsin(sandbox, home, settings.role);
  await waitUntilUp(`http://127.0.0.1:${home.port}/readyz`, running);
  return {
    home,
    database: settings.postgres ?? join(home.dataDir, 'tocsin.db'),
    port: home.port,
    path: '/v1/alerts',
    token: readAdminToken(home),
    running,
    buildBody: buildTocsinBody,
    accepted: '"accepted":true',
    stop: () => running.stop(),
  };
}

/** Answers the token that the first start has left in the data folder. */
export function readAdminToken({ dataDir }: TocsinHome): string {
  return readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
}

/** Answers a body as `POST /v1/alerts` takes it. */
export function buildTocsinBody(alerts: number, severity = 'warning'): string {
  const alert = {
    service: `checkout-${numberMark}`,
    title: 'latency of /pay is above 500 ms for 5 minutes',
    kind: 'latency',
    severity,
    env: 'prod',
    source: 'bench@load',
    labels: { alertname: 'HighLatency' },
  };
  return JSON.stringify(alerts === 1 ? alert : Array.from({ length: alerts }, () => alert));
}

/** Answers the part of a configuration that sends every alert to a webhook at once. */
export function tellAll(url: string): Record<string, unknown> {
  return {
    channels: { hook: { type: 'webhook', url } },
    routes: [{ name: 'all', channels: ['hook'], group_wait: '0s' }],
  };
}
