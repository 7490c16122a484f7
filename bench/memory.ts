import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure } from './harness/benchmark.ts';
import { drive } from './harness/drive.ts';
import { readResidentMiB } from './load/cpu-time.ts';
import { alertmanagerSide, startAlertmanager } from './sides/alertmanager.ts';
import { onBothEngines, tocsinSides } from './sides/engines.ts';
import type { Server } from './sides/server.ts';
import { startTocsin } from './sides/tocsin.ts';

const about = {
  name: 'memory',
  summary: 'resident memory: idle, and after 200,000 and 400,000 new alerts in batches of 100',
};
const settleMs = 3000;
const alertsPerRequest = 100;
const alerts = 200_000;

/** How much memory a process takes, and whether that grows with what it has seen. */
export const memory: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'idleMiB', title: 'idle, MiB' },
        { key: 'afterMiB', title: 'after 200,000, MiB' },
        { key: 'laterMiB', title: 'after 400,000, MiB' },
      ],
      sides: [
        ...onBothEngines(options, (postgres) => measure(() => startTocsin(options.sandbox, { postgres }))),
        alertmanagerSide(options, () => measure(() => startAlertmanager(options))),
      ],
      goals: tocsinSides.flatMap((side) => [
        { side, column: 'idleMiB', bound: 'at most' as const, value: 120, of: null },
        { side, column: 'laterMiB', bound: 'at most' as const, value: 200, of: null },
      ]),
    }),
};

async function measure(start: () => Promise<Server>): Promise<Measure> {
  const server = await start();
  try {
    const idleMiB = await settleAndRead(server);
    await report(server, 1);
    const afterMiB = await settleAndRead(server);
    await report(server, 1 + alerts);
    return { idleMiB, afterMiB, laterMiB: await settleAndRead(server) };
  } finally {
    await server.stop();
  }
}

async function settleAndRead({ running }: Server): Promise<number> {
  await sleep(settleMs);
  return readResidentMiB(running.pid);
}

async function report(server: Server, firstNumber: number): Promise<void> {
  const { port, path, token, accepted: expected } = server;
  const body = server.buildBody(alertsPerRequest);
  const load = { port, path, token, body, expected, isDistinct: true, alertsPerRequest, serverPid: null };
  const maxRequests = alerts / alertsPerRequest;
  await drive({ ...load, connections: 16, warmupMs: 0, measureMs: 110_000, maxRequests, firstNumber });
}
