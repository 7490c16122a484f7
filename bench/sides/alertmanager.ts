import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Options, Side } from '../harness/benchmark.ts';
import { findFreePort, waitUntilUp } from '../harness/wait.ts';
import { numberMark } from '../load/request.ts';
import type { Server } from './server.ts';

const programs = ['prometheus-alertmanager', 'alertmanager'];

/** Answers where Alertmanager is, or null. */
function findAlertmanager(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = folders.flatMap((folder) => programs.map((program) => join(folder, program)));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Answers a side that measures Alertmanager, or says how to get it. */
export function alertmanagerSide(options: Options, measure: Side['measure']): Side {
  const howTo =
    'Alertmanager is not here: apt-get install prometheus-alertmanager, or leave it out with --without-peers';
  const missing = options.withPeers && findAlertmanager() !== null ? null : howTo;
  return { name: 'alertmanager', missing, measure };
}

/** Starts Alertmanager alone, without a cluster; with a receiver each alert is a group that is told at once. */
export async function startAlertmanager(
  { sandbox }: Options,
  { receiverUrl = null }: { receiverUrl?: string | null } = {},
): Promise<Server> {
  const folder = sandbox.makeFolder('alertmanager');
  const configFile = join(folder, 'alertmanager.yml');
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(createConfig(receiverUrl)));
  const port = await findFreePort();
  const running = sandbox.start('alertmanager', [
    findAlertmanager() ?? 'alertmanager',
    `--config.file=${configFile}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ]);
  await waitUntilUp(`http://127.0.0.1:${port}/-/ready`, running);
  const stop = () => running.stop();
  return { port, path: '/api/v2/alerts', token: null, running, buildBody, accepted: null, stop };
}

function createConfig(receiverUrl: string | null) {
  if (receiverUrl === null) return { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] };
  const route = { receiver: 'hook', group_by: ['...'], group_wait: '0s' };
  return { route, receivers: [{ name: 'hook', webhook_configs: [{ url: receiverUrl }] }] };
}

function buildBody(alerts: number, severity = 'warning'): string {
  const alert = {
    labels: {
      alertname: 'HighLatency',
      service: `checkout-${numberMark}`,
      env: 'prod',
      severity,
      kind: 'latency',
    },
    annotations: { summary: 'latency of /pay is above 500 ms for 5 minutes' },
  };
  return JSON.stringify(Array.from({ length: alerts }, () => alert));
}
