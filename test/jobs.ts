import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ProfileConfig, TaskConfig } from '../src/config/types.ts';
import type { RunDeps } from '../src/flows/run-types.ts';
import { createCheckout } from '../src/flows/sync-checkout.ts';
import type { TaskOutcome, TaskRunner, TaskSpec } from '../src/jobs/index.ts';
import { scheduled } from './profiles.ts';
import type { Worker } from './supervised.ts';

/** Stands for a program: what it does when it is run. */
export type Program = (
  spec: TaskSpec,
  signal: AbortSignal,
) => Partial<TaskOutcome> | Promise<Partial<TaskOutcome>>;

/** Answers a task that runs the program of its name. */
export function makeTask(name: string, changes: Partial<TaskConfig> = {}): TaskConfig {
  return {
    name,
    argv: [name],
    script: name,
    enabled: true,
    timeoutMs: 300_000,
    retries: 0,
    retryDelayMs: 5000,
    service: null,
    severity: null,
    component: null,
    env: {},
    ...changes,
  };
}

/** Answers a profile `edge` that runs the named tasks. */
export function makeProfile(
  tasks: readonly (string | TaskConfig)[],
  changes: Partial<ProfileConfig> = {},
): ProfileConfig {
  const made = tasks.map((task) => (typeof task === 'string' ? makeTask(task) : task));
  return scheduled('edge', { tasks: made, ...changes });
}

const well: TaskOutcome = {
  status: 'succeeded',
  exitCode: 0,
  signal: null,
  durationMs: 1500,
  attempts: 1,
  error: null,
  tail: '',
  stragglers: [],
  droppedBytes: 0,
  logProblem: null,
};

/** What a program does that ends with 1 and says why. */
export function failing(tail = 'it broke', changes: Partial<TaskOutcome> = {}): Program {
  return () => ({ status: 'failed', exitCode: 1, tail, ...changes });
}

/** Waits until it is stopped. */
export const hanging: Program = (_, signal) =>
  new Promise((resolve) => {
    const end = () => resolve({ status: 'cancelled', exitCode: null, signal: 'SIGTERM' });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

/** Where programs run. */
export type Machine = TaskRunner & {
  /** What was run, in order. */
  started: TaskSpec[];
  programs: Record<string, Program>;
  /** Resolves once so many were. */
  hasStarted(count: number): Promise<void>;
};

/** A machine on which the programs of these names are, and do what they are; all others do well. */
export function createMachine(programs: Record<string, Program> = {}): Machine {
  const started: TaskSpec[] = [];
  const waiting: { count: number; resolve(): void }[] = [];
  return {
    started,
    programs,
    hasStarted: (count) =>
      new Promise((resolve) => {
        if (started.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async run(spec, signal) {
      started.push(spec);
      for (const { count, resolve } of waiting) if (started.length >= count) resolve();
      const program = programs[spec.argv[0] ?? ''];
      return { ...well, ...(await program?.(spec, signal)) };
    },
    stop: async () => {},
  };
}

/** Answers a folder that is removed when the test has passed. */
export async function makeDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-runs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Answers what running takes on that machine. */
export function runDeps(worker: Worker, runner: TaskRunner): RunDeps {
  return {
    ctx: worker.ctx,
    place: { host: 'node1', holder: 'node1:7' },
    runner,
    checkout: createCheckout({
      ctx: worker.ctx,
      load: async () => worker.ctx.config,
      reload: async () => {},
    }),
    environment: { PATH: '/bin', HOME: '/root' },
  };
}
