import { execa } from 'execa';
import { AppError } from '../../core/errors.ts';
import { lastWords } from './decide.ts';
import type { Guard, Limits } from './types.ts';

/** How long a program may take to end after it was asked to. */
const graceMs = 2000;
const gitTimeoutMs = 5 * 60_000;
const fetchTimeoutMs = 2 * 60_000;

export type Tool = {
  argv: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
};

/*
 * Nobody is there to answer a question: git is told so, and a session of its own has no terminal on which ssh could ask.
 * What git hands to its hooks would make it work on another repository than the folder's.
 */
const gitEnv = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_PREFIX: undefined,
};

/** Hooks are the checkout's own business; a transfer that stands still ends even when nobody is left to end it. */
const gitSettings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'advice.detachedHead=false',
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
].flatMap((setting) => ['-c', setting]);

/** Runs git in the folder and answers what it printed. Throws UNAVAILABLE with git's own last words. */
export function runGit(cwd: string, args: readonly string[], limits: Limits): Promise<string> {
  const timeoutMs = args[0] === 'fetch' ? fetchTimeoutMs : gitTimeoutMs;
  return runTool({ argv: ['git', ...gitSettings, ...args], cwd, env: gitEnv, timeoutMs }, limits).catch(
    (error: unknown) => {
      throw error instanceof AppError
        ? new AppError('UNAVAILABLE', `git ${args[0]}: ${error.message}`, { cause: error.cause })
        : error;
    },
  );
}

/** Runs a program without a shell in a process group of its own, and answers its standard output. Throws UNAVAILABLE where it cannot be started, fails, runs too long or is stopped; its whole group is ended then. */
export async function runTool(tool: Tool, limits: Limits): Promise<string> {
  if (limits.signal.aborted) throw unavailable('stopped');
  const child = startTool(tool, limits.guard);
  const done = new AbortController();
  const ending = endInTime(child.pid, tool.timeoutMs, limits, done.signal);
  const result = await child;
  limits.guard?.watch(null);
  done.abort();
  const reason = await ending;
  if (reason !== null) throw unavailable(reason);
  if (!result.failed) return result.stdout;
  if (result.code === 'ENOENT')
    throw unavailable(`${tool.argv[0]} is not installed, or ${tool.cwd} is not there`);
  const said = lastWords(result.stderr) || lastWords(result.stdout) || 'it said nothing';
  throw unavailable(`${describeEnd(result)}: ${said}`);
}

/** The guard hears of a program before it begins: it waits for a line, and ends where none comes. */
const whenTold = ['sh', '-c', 'read -r go && exec "$@"', 'sh'];

function startTool({ argv, cwd, env = {} }: Tool, guard: Guard | undefined) {
  const [file = '', ...args] = guard ? [...whenTold, ...argv] : argv;
  const child = execa(file, args, { cwd, env, reject: false, detached: true, stripFinalNewline: true });
  child.stdin.on('error', () => {});
  if (guard) guard.watch(child.pid ?? null);
  child.stdin.end(guard ? 'go\n' : '');
  return child;
}

/** Ends the group when its time is over or somebody stops it; answers why it did so, and null where it had nothing to do. */
async function endInTime(
  pid: number | undefined,
  timeoutMs: number,
  { clock, signal }: Limits,
  done: AbortSignal,
): Promise<string | null> {
  await clock.wait(timeoutMs, AbortSignal.any([signal, done]));
  if (done.aborted) return null;
  // Asked first, git takes its own lock files away.
  signalGroup(pid, 'SIGTERM');
  await clock.wait(graceMs, done);
  if (!done.aborted) signalGroup(pid, 'SIGKILL');
  return signal.aborted ? 'stopped' : `took longer than ${timeoutMs / 1000} s`;
}

function describeEnd(end: { exitCode?: number | undefined; signal?: string | undefined }): string {
  if (end.signal !== undefined) return `killed by ${end.signal}`;
  return end.exitCode === undefined ? 'could not be run' : `exit ${end.exitCode}`;
}

/** Sends the signal to a program and all that it has started. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: all of the group are gone already, which is what is wanted.
  }
}

export function unavailable(message: string): AppError {
  return new AppError('UNAVAILABLE', message);
}
