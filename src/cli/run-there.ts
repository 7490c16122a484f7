import { createSystemClock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';
import { followThere } from './run-logs.ts';
import type { RunOptions } from './run-profile.ts';
import { runRemotely } from './run-remote.ts';

const lookEveryMs = 1000;

type There = RunOptions & { url: string };

/** A run as the server shows it. */
type Shown = {
  run_id: string;
  status: string;
  error: string | null;
  tail: string | null;
  task: string | null;
  exit_code: number | null;
  duration_ms: number | null;
  tasks?: Shown[];
};

const goingOn = ['queued', 'running'];

/** Starts a profile on a running server; with `--wait` waits for its end, and tells it as a run here would. */
export async function runThere(profile: string, options: There): Promise<'well' | 'failed' | 'locked'> {
  const started = await start(profile, options);
  if (started === null) {
    process.stderr.write(`tocsin: the profile ${profile} is disabled: nothing was run\n`);
    return 'well';
  }
  if (options.follow && !options.json) await followThere(started.run_id, options);
  const run = options.wait || options.follow ? await waitForEnd(started, options) : started;
  if (options.json) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
  else process.stdout.write(`${profile}: ${run.run_id} ${run.status}\n`);
  for (const task of run.tasks ?? []) tellTask(profile, task, options);
  if (run.status === 'skipped_locked') {
    process.stderr.write(`tocsin: skipped ${profile}: ${run.error}\n`);
    return 'locked';
  }
  return goingOn.includes(run.status) || run.status === 'succeeded' ? 'well' : 'failed';
}

/** Null: the profile is disabled. */
async function start(profile: string, options: There): Promise<Shown | null> {
  const command = { command: 'run', http: { method: 'POST', path: '/v1/runs' } } as const;
  const input = { profile, ...(options.task === undefined ? {} : { task: options.task }) };
  try {
    return (await runRemotely(command, input, options)) as Shown;
  } catch (error) {
    const details = error instanceof AppError ? error.details : null;
    if ((details as { reason?: string } | null)?.reason === 'disabled') return null;
    throw error;
  }
}

async function waitForEnd(started: Shown, options: There): Promise<Shown> {
  const clock = createSystemClock();
  const command = { command: 'runs show', http: { method: 'GET', path: '/v1/runs/:run_id' } } as const;
  for (;;) {
    const run = (await runRemotely(command, { run_id: started.run_id }, options)) as Shown;
    if (!goingOn.includes(run.status)) return run;
    await clock.wait(lookEveryMs);
  }
}

function tellTask(
  profile: string,
  { task, status, error, exit_code, duration_ms, tail }: Shown,
  options: There,
): void {
  const lasted = formatDuration(duration_ms ?? 0);
  if (status === 'succeeded') {
    if (!options.json) process.stdout.write(`ok   ${task} ${lasted}\n`);
    return;
  }
  const lines = (tail ?? '').split('\n').filter(Boolean);
  const why = error ?? (exit_code === null ? status : `exit code ${exit_code}`);
  process.stderr.write(
    [`FAIL ${profile}/${task}: ${why}, ${lasted}`, ...lines.map((line) => `  ${line}`), ''].join('\n'),
  );
}
