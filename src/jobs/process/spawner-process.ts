import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../core/clock.ts';
import { describe, type Family, findFamily, listPids, signalFamily } from './family.ts';
import { readSpawnProblem } from './problem.ts';
import type { Launch, News, Order } from './types.ts';

/*
 * The process that starts tasks and knows what belongs to them. It is small, so that starting a program costs little
 * whatever size Tocsin has; and it sees Tocsin's end, whatever ended it, as the end of their channel: then it kills all.
 */

type Task = Family & { id: string; isKilled: boolean; isWatched: boolean };

const pipesAtOnce = 128;
const longestPauseMs = 50;
/** Who can't be killed in that time hangs in the kernel, or runs as somebody else. */
const giveUpMs = 5000;

const clock = createSystemClock();
const folder = mkdtempSync(join(tmpdir(), 'tocsin-tasks-'));
const tasks = new Map<string, Task>();
let pipesMade = 0;

function tell(news: News): void {
  // A channel that is closed shows as `disconnect`.
  process.send?.(news, undefined, {}, () => undefined);
}

/** Node's own pipes are sockets, which no script can open as /dev/stderr: so each output is a named pipe. */
function makePipes(): void {
  // What cleans /tmp may have taken the folder.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const paths = Array.from({ length: pipesAtOnce }, () => join(folder, String(pipesMade++)));
  execFile('mkfifo', ['-m', '600', ...paths], (error) =>
    tell({ kind: 'pipes', folder, paths: error ? [] : paths, problem: error?.message ?? null }),
  );
}

/** Answers the end to write into; waits for nobody, as a reader of our own is there meanwhile. */
function openPipe(path: string): number {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return openSync(path, constants.O_WRONLY);
  } finally {
    closeSync(reader);
    unlinkSync(path);
  }
}

function start(launch: Launch, pipes: readonly string[]): void {
  const { id } = launch;
  const before = listPids();
  const opened: number[] = [];
  try {
    for (const path of pipes) opened.push(openPipe(path));
    const child = spawnInGroup(launch, opened);
    child.once('error', (error) => refuse(id, error));
    if (child.pid !== undefined) follow(child, makeTask(id, child.pid, before));
  } catch (error) {
    refuse(id, error);
  } finally {
    for (const end of opened) closeSync(end);
  }
}

function makeTask(id: string, leader: number, before: ReadonlySet<string>): Task {
  const state = { hasExited: false, isKilled: false, isWatched: false };
  return { id, leader, mark: id, before, known: new Map(), ...state };
}

function spawnInGroup({ argv: [file = '', ...args], cwd, env }: Launch, outputs: number[]): ChildProcess {
  return spawn(file, args, { cwd, env, stdio: ['ignore', ...outputs], detached: true });
}

function refuse(id: string, error: unknown): void {
  tell({ kind: 'not_started', id, ...readSpawnProblem(error) });
}

function follow(child: ChildProcess, task: Task): void {
  const { id } = task;
  tasks.set(id, task);
  tell({ kind: 'started', id, pid: task.leader });
  child.once('exit', (exitCode, signal) => {
    task.hasExited = true;
    tell({ kind: 'exited', id, exitCode, signal });
    void waitUntilGone(task);
  });
}

/** Looks until nobody of the task is left; where it is killed, who was started in between is killed too. */
async function waitUntilGone(task: Task): Promise<void> {
  if (task.isWatched) return;
  task.isWatched = true;
  let members = findFamily(task);
  let pauseMs = 1;
  let killingMs = 0;
  // Its own process may be seen dead before its exit code is here.
  while ((members.length > 0 || !task.hasExited) && killingMs < giveUpMs) {
    if (task.isKilled) signalFamily(task, members, 'SIGKILL');
    await clock.wait(pauseMs);
    if (task.isKilled) killingMs += pauseMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    members = findFamily(task);
  }
  tasks.delete(task.id);
  tell({ kind: 'gone', id: task.id, left: describe(task, members) });
}

function end(id: string, signal: 'SIGTERM' | 'SIGKILL'): void {
  const task = tasks.get(id);
  if (!task) {
    tell({ kind: 'signalled', id, others: [] });
    return;
  }
  const members = findFamily(task);
  tell({ kind: 'signalled', id, others: describe(task, members) });
  signalFamily(task, members, signal);
  if (signal === 'SIGTERM') return;
  task.isKilled = true;
  void waitUntilGone(task);
}

/** Leaves nothing behind: no process of any task, and no pipe. */
async function endAll(): Promise<void> {
  const deadline = clock.now() + giveUpMs;
  while (clock.now() < deadline) {
    const left = [...tasks.values()].map((task) => ({ task, family: findFamily(task) }));
    if (left.every(({ family }) => family.length === 0)) break;
    for (const { task, family } of left) signalFamily(task, family, 'SIGKILL');
    await clock.wait(1);
  }
  // Pipes may be made in it at this moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.exit();
}

function obey(order: Order): void {
  if (order.kind === 'start') start(order.launch, order.pipes);
  else if (order.kind === 'end') end(order.id, order.signal);
  else makePipes();
}

process.on('message', obey);
process.on('disconnect', () => void endAll());
// A terminal and systemd send these to all processes at once; Tocsin decides when the tasks end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
makePipes();
