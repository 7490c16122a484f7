import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from '../load/plan.ts';
import type { Measure } from './benchmark.ts';

const program = fileURLToPath(new URL('../load.ts', import.meta.url));
// V8 compiles beside the first 20,000 requests, with as much CPU time as the requests themselves take.
const warmupMs = 5000;
const measureMs = 4000;
// Above the longest plan there is; a server that hangs must not hang the benchmark.
const endWithinMs = 120_000;

type Optional = 'warmupMs' | 'measureMs' | 'maxRequests' | 'firstNumber';

/** A load plan; what is left out is as in every other benchmark. */
export type Drive = Omit<LoadPlan, Optional> & Partial<Pick<LoadPlan, Optional>>;

/** Runs the load generator as a process of its own. Throws what it complains of: a bad answer fails the run. */
export async function drive(options: Drive): Promise<LoadResult> {
  const plan: LoadPlan = { warmupMs, measureMs, maxRequests: null, firstNumber: 1, ...options };
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: endWithinMs,
  });
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === '') throw new Error(`the load generator gave up: ${complaints.slice(0, 2000)}`);
  return JSON.parse(output) as LoadResult;
}

/** Answers the figures of a load as a measure. */
export function toMeasure(result: LoadResult): Measure {
  const { alertsPerSecond, p50Ms, p99Ms, cpuMicrosPerAlert } = result;
  return { alertsPerSecond, p50Ms, p99Ms, ...(cpuMicrosPerAlert === null ? {} : { cpuMicrosPerAlert }) };
}

/** The columns that `toMeasure` fills. */
export const loadColumns = [
  { key: 'alertsPerSecond', title: 'alerts/s' },
  { key: 'p50Ms', title: 'p50 ms' },
  { key: 'p99Ms', title: 'p99 ms' },
  { key: 'cpuMicrosPerAlert', title: 'µs CPU each' },
] as const;
