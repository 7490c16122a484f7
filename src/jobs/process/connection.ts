import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { describeError } from '../../core/errors.ts';
import { createPipeStock, type OpenPipe } from './pipe-stock.ts';
import type { Exit, Launch, News, Order, SpawnProblem, Straggler } from './types.ts';

/** A task's process that runs, or ran. */
export type Spawned = {
  pid: number;
  stdout: Socket;
  stderr: Socket;
  /** Null where it was lost with its spawner. */
  exited: Promise<Exit | null>;
  /** Resolves when nobody of it is left; answers whom nothing could end. */
  gone: Promise<readonly Straggler[]>;
  /** Sends the signal to all of the task; answers who got it besides the task's own process. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly Straggler[]>;
};

/** What is known of a task that has not ended. */
export type Following = {
  pid: number | null;
  started: PromiseWithResolvers<SpawnProblem | null>;
  exited: PromiseWithResolvers<Exit | null>;
  gone: PromiseWithResolvers<readonly Straggler[]>;
  signalled: PromiseWithResolvers<readonly Straggler[]>[];
};

/** How a spawner died, with what it said last. */
export type Death = { reason: string; folder: string | null; tasks: Map<string, Following> };

/** One spawner process, from its start to its end. */
export type Connection = {
  launch(launch: Launch): Promise<Spawned | SpawnProblem>;
  /** Resolves when the process is gone. What it followed is left for the caller to end. */
  died: Promise<Death>;
  /** Lets it end all its tasks, then itself. */
  close(): void;
  kill(): void;
};

/** The code of a problem that means: the spawner died before it answered. */
export const lostCode = 'LOST';
const maxLastWords = 2000;

/** Starts a spawner. */
export function connectSpawner(): Connection {
  const child = fork(new URL('./spawner-process.ts', import.meta.url), [], {
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Away from the terminal's signals: it ends when we do, not when somebody types Ctrl-C.
    detached: true,
  });
  const tasks = new Map<string, Following>();
  const state = { folder: null as string | null, isDead: false };
  // What can't be sent any more shows in the end of the process.
  const tell = (order: Order) => void child.send(order, () => undefined);
  const stock = createPipeStock(() => tell({ kind: 'more_pipes' }));
  child.on('message', (news: News) => {
    if (news.kind !== 'pipes') return hear(news, tasks);
    state.folder = news.folder;
    stock.supply(news.paths, news.problem);
  });
  return {
    async launch(launch) {
      const pipes = await stock.take();
      if ('code' in pipes) return pipes;
      if (!state.isDead) return launchTask(launch, pipes, tasks, tell);
      for (const { fd } of pipes) closeSync(fd);
      return { code: lostCode, message: 'it was gone before the task began' };
    },
    died: waitForDeath(child).then((reason) => {
      state.isDead = true;
      stock.supply([], `the process that starts tasks died (${reason})`);
      return { reason, folder: state.folder, tasks };
    }),
    close: () => child.connected && child.disconnect(),
    kill: () => void child.kill('SIGKILL'),
  };
}

async function waitForDeath(child: ChildProcess): Promise<string> {
  let lastWords = '';
  child.stderr?.on('data', (chunk) => {
    lastWords = `${lastWords}${chunk}`.slice(-maxLastWords);
  });
  const failed = once(child, 'error').then(([error]) => describeError(error));
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? `exit code ${code}`));
  // What it said last may come after its end.
  const silent = child.stderr && once(child.stderr, 'close');
  const end = await Promise.race([failed, Promise.all([ended, silent]).then(([reason]) => reason)]);
  return `${end} ${lastWords.trim()}`.trim();
}

function hear(news: Exclude<News, { kind: 'pipes' }>, tasks: Map<string, Following>): void {
  const task = tasks.get(news.id);
  if (!task) return;
  switch (news.kind) {
    case 'started':
      task.pid = news.pid;
      task.started.resolve(null);
      break;
    case 'not_started':
      tasks.delete(news.id);
      task.started.resolve({ code: news.code, message: news.message });
      break;
    case 'exited':
      task.exited.resolve({ exitCode: news.exitCode, signal: news.signal });
      break;
    case 'signalled':
      task.signalled.shift()?.resolve(news.others);
      break;
    case 'gone':
      tasks.delete(news.id);
      settle(task, news.left);
  }
}

/** Whoever waits for something of the task gets an answer: there will be no other. */
export function settle(task: Following, left: readonly Straggler[]): void {
  task.exited.resolve(null);
  task.gone.resolve(left);
  for (const reply of task.signalled) reply.resolve([]);
}

async function launchTask(
  launch: Launch,
  pipes: readonly [OpenPipe, OpenPipe],
  tasks: Map<string, Following>,
  tell: (order: Order) => void,
): Promise<Spawned | SpawnProblem> {
  const task = follow();
  tasks.set(launch.id, task);
  tell({ kind: 'start', launch, pipes: pipes.map(({ path }) => path) });
  const problem = await task.started.promise;
  if (problem !== null) {
    for (const { fd } of pipes) closeSync(fd);
    return problem;
  }
  return {
    pid: task.pid ?? 0,
    stdout: readFrom(pipes[0]),
    stderr: readFrom(pipes[1]),
    exited: task.exited.promise,
    gone: task.gone.promise,
    async end(signal) {
      if (!tasks.has(launch.id)) return [];
      const reply = Promise.withResolvers<readonly Straggler[]>();
      task.signalled.push(reply);
      tell({ kind: 'end', id: launch.id, signal });
      return reply.promise;
    },
  };
}

function follow(): Following {
  return {
    pid: null,
    started: Promise.withResolvers(),
    exited: Promise.withResolvers(),
    gone: Promise.withResolvers(),
    signalled: [],
  };
}

function readFrom({ fd }: OpenPipe): Socket {
  return new Socket({ fd, readable: true, writable: false });
}
