import { rm } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import {
  type Connection,
  connectSpawner,
  type Death,
  type Following,
  lostCode,
  type Spawned,
  settle,
} from './connection.ts';
import { type Family, findFamily, seesAll, signalFamily } from './family.ts';
import { readSpawnProblem } from './problem.ts';
import type { Launch, SpawnProblem } from './types.ts';

/** Starts programs from a small process, whatever size ours has. */
export type Spawner = {
  /** Starts the program; the process that does it starts with the first, and anew after it died. */
  launch(launch: Launch): Promise<Spawned | SpawnProblem>;
  /** Ends what still runs, and the process. */
  stop(): Promise<void>;
};

const closeMs = 6000;
const killRounds = 100;
const roundMs = 5;

/** Answers a spawner that has not started its process yet. */
export function createSpawner({ clock, log }: { clock: Clock; log: Log }): Spawner {
  let current: { connection: Connection; ended: Promise<void> } | null = null;
  let isStopping = false;

  const connect = () => {
    const connection = connectSpawner();
    const ended = connection.died.then(async (death) => {
      if (current?.connection === connection) current = null;
      if (!isStopping) logDeath(log, death);
      await endLostTasks(death, clock).catch((err: unknown) =>
        // All of them are ended by then: what may stay is an empty folder for pipes.
        log.warn({ tag: 'job', err }, '[job] could not clean up after the process that starts tasks'),
      );
    });
    if (!seesAll)
      log.warn(
        { tag: 'job' },
        `[job] processes that leave their task's group can't be seen on ${process.platform}`,
      );
    return { connection, ended };
  };
  return {
    async launch(launch) {
      try {
        current ??= connect();
        return await current.connection.launch(launch);
      } catch (error) {
        // The system has no room for a process or for an open file.
        return readSpawnProblem(error);
      }
    },
    async stop() {
      isStopping = true;
      if (!current) return;
      const { connection, ended } = current;
      connection.close();
      const late = new AbortController();
      void clock.wait(closeMs, late.signal).then(() => late.signal.aborted || connection.kill());
      await ended;
      late.abort();
    },
  };
}

function logDeath(log: Log, { reason, tasks }: Death): void {
  log.error(
    { tag: 'job', reason, tasks: tasks.size },
    `[job] the process that starts tasks died (${reason}); the ${tasks.size} tasks that it ran are ended`,
  );
}

/** Does what the dead one would have done: nobody of its tasks may stay. */
async function endLostTasks({ reason, folder, tasks }: Death, clock: Clock): Promise<void> {
  const lost = [...tasks];
  tasks.clear();
  await Promise.all(lost.map(([id, task]) => killAll(id, task, clock)));
  for (const [, task] of lost) {
    task.started.resolve({ code: lostCode, message: reason });
    settle(task, []);
  }
  if (folder !== null) await rm(folder, { recursive: true, force: true });
}

async function killAll(mark: string, { pid }: Following, clock: Clock): Promise<void> {
  // Without /proc there is no way to find a process that was started without our hearing of it.
  if (pid === null && !seesAll) return;
  // No group has the number -1: where the process is not known, the mark alone finds its family.
  const family: Family = { leader: pid ?? -1, hasExited: false, mark, before: new Set(), known: new Map() };
  for (let round = 0; round < killRounds; round++) {
    const members = findFamily(family);
    if (members.length === 0) return;
    signalFamily(family, members, 'SIGKILL');
    await clock.wait(roundMs);
  }
}
