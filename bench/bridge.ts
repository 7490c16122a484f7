import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure, Options } from './harness/benchmark.ts';
import { openProbe, type Probe } from './harness/probe.ts';
import { openSender } from './harness/sender.ts';
import { waitUntil } from './harness/wait.ts';
import { onBothEngines } from './sides/engines.ts';
import { startTocsin, type TocsinServer } from './sides/tocsin.ts';

const about = {
  name: 'bridge',
  summary:
    'through the supervisor until acked: 2,000 P1 alerts of different services, then 1,000 repeats of one problem',
};
const services = 2000;
const repeats = 1000;
const perRequest = 100;
const doneWithinMs = 120_000;
// As shipped a pass opens 5 incidents and puts the others off for 5 s. That is a valve against floods, and here it would be all that is measured.
const policy = { defaults: { max_incidents_per_run: 100, max_triages_per_run: 100 } };

/** How many incidents a second are made of alerts. */
export const bridge: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'incidentsPerSecond', title: 'incidents/s' },
        { key: 'repeatsPerSecond', title: 'repeats/s' },
      ],
      sides: onBothEngines(options, (postgres) => measure(options, postgres)),
      goals: [],
    }),
};

async function measure({ sandbox }: Options, postgres: string | null): Promise<Measure> {
  const server = await startTocsin(sandbox, { postgres, policy });
  const probe = await openProbe(server.database);
  try {
    const incidentSeconds = await measureIncidents(server, probe);
    const repeatSeconds = await measureRepeats(server, probe);
    return { incidentsPerSecond: services / incidentSeconds, repeatsPerSecond: repeats / repeatSeconds };
  } finally {
    await probe.close();
    await server.stop();
  }
}

async function measureIncidents(server: TocsinServer, probe: Probe): Promise<number> {
  const startedAt = performance.now();
  await post(server, server.buildBody(perRequest, 'error'), services / perRequest);
  await waitUntilAcked(probe, services);
  const seconds = (performance.now() - startedAt) / 1000;
  await expectCount(probe, 'select count(*) from incident', services);
  return seconds;
}

async function measureRepeats(server: TocsinServer, probe: Probe): Promise<number> {
  const startedAt = performance.now();
  // One number for all of them: the same problem again and again.
  await post(
    server,
    server.buildBody(perRequest, 'error').replaceAll(/\d{10}/g, '9999999999'),
    repeats / perRequest,
  );
  await waitUntilAcked(probe, services + 1);
  const seconds = (performance.now() - startedAt) / 1000;
  await expectCount(probe, 'select count(*) from incident', services + 1);
  await expectCount(probe, 'select sum(occurrences) from alert', services + repeats);
  return seconds;
}

async function post({ port, path, token }: TocsinServer, body: string, requests: number): Promise<void> {
  const sender = await openSender({ port, path, token, body });
  for (let i = 0; i < requests; i++) await sender.send(1 + i * perRequest);
  sender.close();
}

async function waitUntilAcked(probe: Probe, count: number): Promise<void> {
  const select = `select count(*) from alert where status = 'acked'`;
  const isDone = async () => (await probe.count(select)) >= count;
  if (await waitUntil(isDone, { everyMs: 10, timeoutMs: doneWithinMs })) return;
  throw new Error(`only ${await probe.count(select)} of ${count} alerts are acked`);
}

async function expectCount(probe: Probe, select: string, expected: number): Promise<void> {
  const found = await probe.count(select);
  if (found !== expected) throw new Error(`${select}: ${found}, expected ${expected}`);
}
