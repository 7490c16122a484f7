import { execa } from 'execa';
import type { CheckConfig } from '../../config/types.ts';
import { readFailure } from '../failure.ts';
import type { Answer, Failure, Probe } from '../types.ts';

type CommandCheck = Extract<CheckConfig, { kind: 'command' }>;

const maxOutputBytes = 64 * 1024;
/** How long output may still come after the exit: a background child keeps the pipe open for as long as it likes. */
const drainMs = 100;

/** Answers a probe that runs a command without a shell and keeps the first 64 KiB of what it prints. The command's process group is killed whole at its end, or when stopped. */
export function createCommandProbe(check: CommandCheck): Probe {
  return async (clock, stop) => {
    const startedAt = clock.now();
    const child = startCommand(check);
    const kill = () => killGroup(child.pid);
    stop.addEventListener('abort', kill, { once: true });
    try {
      const output = keepOutput(child.stdout, child.stderr);
      const ended = await Promise.race([waitForExit(child), child]);
      const latencyMs = clock.now() - startedAt;
      if (ended.exitCode === undefined && !ended.signal) {
        return { facts: { latencyMs }, failure: readSpawnFailure('cause' in ended ? ended.cause : ended) };
      }
      await Promise.race([child, clock.wait(drainMs, stop)]);
      return readEnd(ended, latencyMs, output());
    } finally {
      stop.removeEventListener('abort', kill);
      kill();
      child.stdout.destroy();
      child.stderr.destroy();
    }
  };
}

function startCommand(check: CommandCheck) {
  const [file = '', ...args] = check.argv;
  return execa(file, args, {
    cwd: check.cwd,
    env: check.env,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    // A group of its own, so that one signal reaches whatever the command starts.
    detached: true,
  });
}

type Command = ReturnType<typeof startCommand>;
type End = { exitCode?: number | undefined; signal?: string | undefined };

function waitForExit(child: Command): Promise<End> {
  return new Promise((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) =>
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
  });
}

/** Collects from both outputs in the order of arrival; what is beyond the limit is read and dropped, so that nobody blocks on a full pipe. */
function keepOutput(...streams: NodeJS.ReadableStream[]): () => string {
  const chunks: Buffer[] = [];
  let keptBytes = 0;
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, maxOutputBytes - keptBytes);
      keptBytes += kept.length;
      if (kept.length > 0) chunks.push(kept);
    });
  }
  return () => Buffer.concat(chunks).toString();
}

function readEnd({ exitCode, signal }: End, latencyMs: number, output: string): Answer {
  if (exitCode !== undefined) return { facts: { latencyMs, exitCode, output }, failure: null };
  const detail = `killed by ${signal}: ${output}`;
  return { facts: { latencyMs, output }, failure: { status: 'down', reason: 'exit_code', detail } };
}

function readSpawnFailure(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const isOurs = code === 'EMFILE' || code === 'ENFILE' || code === 'EAGAIN' || code === 'ENOMEM';
  const { detail } = readFailure(error);
  return isOurs
    ? { status: 'unknown', reason: 'internal_error', detail }
    : { status: 'down', reason: 'spawn_failed', detail };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: all of the group are gone already, which is what is wanted.
  }
}
