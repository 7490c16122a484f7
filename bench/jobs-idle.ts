import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure, Options } from './harness/benchmark.ts';
import { waitUntilUp } from './harness/wait.ts';
import { readCpuMicros, readResidentMiB } from './load/cpu-time.ts';
import { createTocsinHome, launchTocsin } from './sides/tocsin.ts';

const about = {
  name: 'jobs-idle',
  summary:
    'what 1,000 profiles cost that have nothing to do for 20 seconds, half a minute after its start, beside the same process with one',
};
const profiles = 1000;
/** What a start leaves behind is swept once, some 20 seconds after it. */
const settleMs = 30_000;
const idleMs = 20_000;

/** What a schedule costs that only waits. */
export const jobsIdle: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'addedMiB', title: 'added MiB' },
        { key: 'addedCpuPercent', title: 'added % of a core' },
        { key: 'cpuPercent', title: 'all of it, % of a core' },
      ],
      sides: [{ name: 'tocsin', missing: null, measure: () => measureAdded(options) }],
      goals: [
        { side: 'tocsin', column: 'addedMiB', bound: 'at most', value: 20, of: null },
        { side: 'tocsin', column: 'addedCpuPercent', bound: 'at most', value: 0.5, of: null },
      ],
    }),
};

async function measureAdded(options: Options): Promise<Measure> {
  const bare = await measureIdle(options, 1);
  const full = await measureIdle(options, profiles);
  return {
    addedMiB: full.residentMiB - bare.residentMiB,
    addedCpuPercent: full.cpuPercent - bare.cpuPercent,
    cpuPercent: full.cpuPercent,
  };
}

async function measureIdle({ sandbox }: Options, count: number) {
  const config = { channels: { ops: { type: 'log' } }, routes: [{ name: 'all', channels: ['ops'] }] };
  const home = await createTocsinHome(sandbox, { postgres: null, config });
  mkdirSync(join(home.folder, 'automation'));
  writeFileSync(join(home.folder, 'automation', 'jobs.yaml'), JSON.stringify(makeJobs(count)));
  const running = launchTocsin(sandbox, home);
  try {
    await waitUntilUp(`http://127.0.0.1:${home.port}/readyz`, running);
    await sleep(settleMs);
    const before = readCpuMicros(running.pid);
    await sleep(idleMs);
    const cpuPercent = (readCpuMicros(running.pid) - before) / (idleMs * 10);
    return { residentMiB: readResidentMiB(running.pid), cpuPercent };
  } finally {
    await running.stop();
  }
}

/** Profiles that are due at New Year, each in a minute of its own. */
function makeJobs(count: number): unknown {
  const tasks = [{ name: 'check', command: ['/bin/true'] }];
  const entries = Array.from({ length: count }, (_, i) => [
    `profile-${i}`,
    { cron: `${i % 60} ${Math.floor(i / 60)} 1 1 *`, tasks },
  ]);
  return { profiles: Object.fromEntries(entries) };
}
