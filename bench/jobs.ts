import { fileURLToPath } from 'node:url';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure, Options, Side } from './harness/benchmark.ts';
import { runWorkers } from './harness/workers.ts';
import type { StartPlan } from './jobs/worker.ts';

const about = {
  name: 'jobs',
  summary: '200 tasks that do nothing (/bin/true), one after the other, from the call to the end',
};
const workerProgram = fileURLToPath(new URL('./jobs/worker.ts', import.meta.url));
const tasks = 200;

/** What a task costs beyond its own time, and how long the thread that asks for it stands still. */
export const jobs: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'p50Ms', title: 'p50 ms' },
        { key: 'p99Ms', title: 'p99 ms' },
        { key: 'ownMs', title: 'of it CPU of the main thread' },
      ],
      sides: [
        side(options, 'tocsin', 'tocsin', 0),
        side(options, 'bare spawn', 'bare', 0),
        side(options, 'tocsin, 1 GiB in use', 'tocsin', 1024 ** 3),
        side(options, 'bare spawn, 1 GiB in use', 'bare', 1024 ** 3),
      ],
      goals: ['tocsin', 'tocsin, 1 GiB in use'].map((side) => ({
        side,
        column: 'p50Ms',
        bound: 'at most' as const,
        value: 10,
        of: null,
      })),
    }),
};

function side({ sandbox }: Options, name: string, way: StartPlan['way'], ballastBytes: number): Side {
  return {
    name,
    missing: null,
    async measure() {
      const plan: StartPlan = { way, folder: sandbox.makeFolder('tasks'), ballastBytes, tasks };
      const [measured] = await runWorkers<StartPlan, Measure>(workerProgram, [plan]);
      if (!measured) throw new Error('the worker answered nothing');
      return measured;
    },
  };
}
