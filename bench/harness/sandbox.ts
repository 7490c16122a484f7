import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const stopWithinMs = 20_000;

/** A process that writes its output to a file. */
export type Running = {
  readonly name: string;
  readonly pid: number;
  readonly child: ChildProcess;
  hasExited(): boolean;
  /** The last of what it wrote, for messages. */
  readLog(): string;
  /** Asks it to stop, and ends it where it does not; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
};

/** A temporary folder and the processes that run for it; nothing is left of either when it is closed, or this process ends. */
export type Sandbox = {
  readonly folder: string;
  /** Answers the path of a new folder in it. */
  makeFolder(name: string): string;
  start(
    name: string,
    command: readonly [string, ...string[]],
    options?: { cwd?: string; env?: Record<string, string> },
  ): Running;
  /** Stops what runs; `keep` leaves the files for a look. */
  close(options?: { keep: boolean }): Promise<void>;
};

/** Opens a sandbox; processes in it see no environment but PATH, HOME, what all of them are given, and what each is. */
export function openSandbox(
  prefix: 'bench' | 'demo' | 'test' | 'torture',
  sharedEnv: Record<string, string> = {},
): Sandbox {
  const root = mkdtempSync(join(tmpdir(), `tocsin-${prefix}-`));
  const running = new Set<Running>();
  // Where this process ends without having closed it, by a fault or a reader of its output that went away.
  const endAtExit = () => {
    for (const { child } of running) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  };
  process.once('exit', endAtExit);
  let count = 0;
  const makeFolder = (name: string) => {
    const folder = join(root, `${++count}-${name}`);
    mkdirSync(folder);
    return folder;
  };
  return {
    folder: root,
    makeFolder,
    start(name, [program, ...args], { cwd = root, env = {} } = {}) {
      const logFile = join(root, `${++count}-${name}.log`);
      const log = openSync(logFile, 'a');
      const child = spawn(program, args, {
        cwd,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...sharedEnv, ...env },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      const started = toRunning(name, child, logFile);
      running.add(started);
      child.once('exit', () => running.delete(started));
      return started;
    },
    async close({ keep } = { keep: false }) {
      await Promise.all([...running].map((process) => process.stop()));
      process.off('exit', endAtExit);
      if (!keep) rmSync(root, { recursive: true, force: true });
    },
  };
}

function toRunning(name: string, child: ChildProcess, logFile: string): Running {
  const hasExited = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (hasExited()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  // A program that is not there: whoever waits for it learns it from `hasExited`.
  child.on('error', () => {});
  return {
    name,
    pid: child.pid ?? 0,
    child,
    hasExited,
    readLog: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-2000) : ''),
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await end('SIGTERM');
      clearTimeout(timer);
    },
    kill: () => end('SIGKILL'),
  };
}
