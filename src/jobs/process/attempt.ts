import type { Clock } from '../../core/clock.ts';
import type { Output } from '../output/keep-output.ts';
import type { Spawned } from './connection.ts';
import { explainSpawnProblem } from './explain-problem.ts';
import { startPump } from './pump.ts';
import type { Spawner } from './spawner.ts';
import type { Exit, Launch, Straggler } from './types.ts';
import { within } from './within.ts';

/** From SIGTERM to SIGKILL, at the timeout and when cancelled. */
const killAfterMs = 10_000;
/** How long what a task leaves behind may go on after its exit: a last line, a pipe that runs dry. */
const graceMs = 500;
/** From SIGTERM to SIGKILL for what was left behind. */
const stragglerMs = 2000;
/** After SIGKILL; the spawner gives up earlier. */
const giveUpMs = 8000;

export type AttemptStatus = 'succeeded' | 'failed' | 'timed_out' | 'cancelled';

/** How one attempt ended. */
export type AttemptEnd = Exit & {
  status: AttemptStatus;
  /** Null where the exit code or the signal says it all. */
  error: string | null;
  stragglers: readonly Straggler[];
  /** From its start to the end of its own process; 0 where it never started. */
  durationMs: number;
};

export type AttemptParts = { clock: Clock; spawner: Spawner; stdout: Output; stderr: Output };

/** Runs a program once, to the end of all that it started. */
export async function runAttempt(
  parts: AttemptParts,
  launch: Launch,
  timeoutMs: number,
  cancel: AbortSignal,
): Promise<AttemptEnd> {
  const { clock, spawner, stdout, stderr } = parts;
  const spawned = await spawner.launch(launch);
  if ('code' in spawned) return refused(await explainSpawnProblem(spawned, launch));
  const startedAt = clock.now();
  const exited = spawned.exited.then((exit) => ({ exit, at: clock.now() }));
  const pumps = [startPump(spawned.stdout, stdout, clock), startPump(spawned.stderr, stderr, clock)];
  const cause = await waitForCause(spawned, clock, timeoutMs, cancel);
  const stragglers = cause === 'exited' ? await endLeftovers(spawned, clock) : await endAll(spawned, clock);
  const isGone = await within(spawned.gone, giveUpMs, clock);
  await Promise.all(pumps.map((pump) => pump.drain()));
  // What can't be killed has not exited either.
  const { exit, at } = isGone ? await exited : { exit: null, at: clock.now() };
  const left = isGone ? await spawned.gone : [{ pid: spawned.pid, command: launch.argv.join(' ') }];
  return {
    status: readStatus(cause, exit),
    exitCode: exit?.exitCode ?? null,
    signal: exit?.signal ?? null,
    error: explainEnd(exit, left),
    stragglers,
    durationMs: at - startedAt,
  };
}

function refused(error: string): AttemptEnd {
  return { status: 'failed', exitCode: null, signal: null, error, stragglers: [], durationMs: 0 };
}

type Cause = 'exited' | 'timed_out' | 'cancelled';

async function waitForCause(
  { exited }: Spawned,
  clock: Clock,
  timeoutMs: number,
  cancel: AbortSignal,
): Promise<Cause> {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, cancel]);
  const cause = await Promise.race([
    exited.then(() => 'exited' as const),
    clock.wait(timeoutMs, either).then(() => (cancel.aborted ? 'cancelled' : 'timed_out')),
  ]);
  over.abort();
  return cause;
}

/** Answers who went on after the exit and had to be ended. */
async function endLeftovers({ gone, end }: Spawned, clock: Clock): Promise<readonly Straggler[]> {
  if (await within(gone, graceMs, clock)) return [];
  const stragglers = await end('SIGTERM');
  if (!(await within(gone, stragglerMs, clock))) await end('SIGKILL');
  return stragglers;
}

/** Ends the task with all that it started; answers who, besides itself, had to be killed. */
async function endAll({ gone, end }: Spawned, clock: Clock): Promise<readonly Straggler[]> {
  await end('SIGTERM');
  return (await within(gone, killAfterMs, clock)) ? [] : end('SIGKILL');
}

function readStatus(cause: Cause, exit: Exit | null): AttemptStatus {
  if (cause !== 'exited') return cause;
  return exit?.exitCode === 0 ? 'succeeded' : 'failed';
}

function explainEnd(exit: Exit | null, left: readonly Straggler[]): string | null {
  if (left.length > 0) {
    const names = left.map(({ pid, command }) => `${pid} (${command})`).join(', ');
    return `could not be killed: ${names}; it hangs in the kernel, or runs as another user`;
  }
  return exit === null ? 'lost: the process that starts tasks died, and so the task was ended' : null;
}
