import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { createSystemClock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import { createTaskRunner, type TaskSpec } from '../../src/jobs/index.ts';
import { quietLog } from '../../test/stores.ts';
import type { Measure } from '../harness/benchmark.ts';

/*
 * A process that starts programs, as a runner does or bare, with as much memory in use as its plan says. It says `ready`,
 * begins when its standard input says anything, and prints what it measured as a line of JSON.
 */

export type StartPlan = { way: 'tocsin' | 'bare'; folder: string; ballastBytes: number; tasks: number };

const warmUps = 20;
const program = '/bin/true';

/** Answers what runs one task, and what ends whatever that takes. */
type Starter = { run(): Promise<unknown>; stop(): Promise<void> };

/** With what a task has in production: logs, limits, and the search for what it left behind. */
function createTocsinStarter(folder: string): Starter {
  const clock = createSystemClock();
  const runner = createTaskRunner({ clock, ids: createIds(clock), log: quietLog });
  const never = new AbortController().signal;
  const spec: TaskSpec = {
    argv: [program],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 60_000,
    retries: 0,
    retryDelayMs: 0,
    logs: { stdoutPath: join(folder, 'stdout.log'), stderrPath: join(folder, 'stderr.log') },
    redact: (text) => text,
    onLine: () => undefined,
    onCommand: () => undefined,
  };
  return {
    async run() {
      const { status } = await runner.run(spec, never);
      if (status !== 'succeeded') throw new Error(`a task of ${program} ended as ${status}`);
    },
    stop: runner.stop,
  };
}

const bareStarter: Starter = {
  run: () => once(spawn(program, { stdio: ['ignore', 'pipe', 'pipe'] }), 'close'),
  stop: async () => undefined,
};

async function measure(starter: Starter, tasks: number): Promise<Measure> {
  for (let i = 0; i < warmUps; i++) await starter.run();
  const tookMicros = createHistogram();
  const before = process.threadCpuUsage();
  for (let i = 0; i < tasks; i++) {
    const startedAt = performance.now();
    await starter.run();
    tookMicros.record(Math.max(1, Math.round((performance.now() - startedAt) * 1000)));
  }
  const { user, system } = process.threadCpuUsage(before);
  return {
    p50Ms: tookMicros.percentile(50) / 1000,
    p99Ms: tookMicros.percentile(99) / 1000,
    ownMs: (user + system) / 1000 / tasks,
  };
}

const plan = JSON.parse(process.argv[2] ?? '') as StartPlan;
// A fork copies the page tables of all that is in use.
const ballast = Buffer.alloc(plan.ballastBytes, 1);
const starter = plan.way === 'tocsin' ? createTocsinStarter(plan.folder) : bareStarter;
console.log('ready');
await once(process.stdin, 'data');
const measured = await measure(starter, plan.tasks);
await starter.stop();
console.log(JSON.stringify({ ...measured, ballastMiB: ballast.length / 1024 ** 2 }));
process.stdin.destroy();
