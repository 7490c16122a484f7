import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SqliteCommand, SqliteReply, SqliteResult, SqliteThreadData } from './messages.ts';

/** A database thread as the program sees it. */
export type SqliteThread = {
  send(command: SqliteCommand): Promise<SqliteResult[]>;
  /** How many commands have no answer yet. */
  pending(): number;
  /** Resolves when it can take questions, or has ended; one that is asked before waits for that too. */
  readonly ready: Promise<unknown>;
  /** Whether it has ended: it answers nothing any more. */
  isDead(): boolean;
  close(): Promise<void>;
};

class SqliteError extends Error {
  override readonly name = 'SqliteError';
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

type Waiting = { resolve(results: SqliteResult[]): void; reject(error: Error): void };

/** Starts a thread with a connection of its own; it opens the file at the first `send`, which says so where it cannot. */
export function startSqliteThread(data: SqliteThreadData): SqliteThread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: data,
    // Flags of the program's own start, as `--eval`, are not for its threads.
    execArgv: [],
    // What crosses is used at once: more room for what is new would only be filled before it is swept.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let dead: Error | null = null;
  const ready = Promise.race([once(worker, 'message'), once(worker, 'exit')]).catch(() => {});

  const failAll = (error: Error) => {
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: SqliteReply) => {
    // It is ready, and has been asked nothing yet.
    if (reply.id === 0) return;
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) waiter?.reject(new SqliteError(reply.error.message, reply.error.code));
    else waiter?.resolve(reply.results);
  });
  worker.on('error', (error) =>
    failAll(new SqliteError(`database thread ended: ${error.message}`, 'SQLITE_CANTOPEN')),
  );
  worker.on('exit', () => failAll(dead ?? new SqliteError('the database is closed', 'SQLITE_CANTOPEN')));

  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        const id = ++lastId;
        worker.postMessage({ id, ...command });
        waiting.set(id, { resolve, reject });
      }),
    pending: () => waiting.size,
    ready,
    isDead: () => dead !== null,
    close: async () => {
      await worker.terminate();
    },
  };
}
