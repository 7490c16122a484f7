import { performance } from 'node:perf_hooks';
import type { SqliteCommand, SqliteResult } from './messages.ts';
import type { SqliteThread } from './thread.ts';

const maxReaders = 3;
/** How long a question waits behind others before a thread of its own is worth the 12 MiB that it takes. */
const growAfterMs = 100;
const restMs = 60_000;

type Answer = Promise<SqliteResult[]>;
type Question = { command: SqliteCommand; settle(answer: Answer): void };

/** Threads that only read: one as a rule, more while questions wait behind slow ones. */
export class SqliteReaders {
  readonly #start: () => SqliteThread;
  #threads: SqliteThread[];
  #waiting: Question[] = [];
  /** When the first of those that wait came; null while nobody waits. */
  #waitingSinceMs: number | null = null;
  #isGrowing = false;
  #restTimer: NodeJS.Timeout | null = null;
  /** Those that were asked since the last look at who rests. */
  readonly #used = new Set<SqliteThread>();
  #isClosed = false;

  constructor(start: () => SqliteThread) {
    this.#start = start;
    this.#threads = [start()];
  }

  /** How many threads there are. */
  get count(): number {
    return this.#threads.length;
  }

  ask(command: SqliteCommand): Answer {
    const idle = this.#findIdle();
    if (idle) return this.#send(idle, command);
    this.#waitingSinceMs ??= performance.now();
    this.#growLater();
    return new Promise((resolve) => this.#waiting.push({ command, settle: resolve }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#restTimer ?? undefined);
    await Promise.all(this.#threads.map((thread) => thread.close()));
    this.#sendWaiting();
  }

  /** One that has ended is replaced; after the end nobody is, and it says why to those who still ask. */
  #findIdle(): SqliteThread | undefined {
    if (this.#isClosed) return this.#threads[0];
    this.#threads = this.#threads.filter((thread) => !thread.isDead());
    if (this.#threads.length === 0) this.#threads = [this.#start()];
    return this.#threads.find((thread) => thread.pending() === 0);
  }

  #send(thread: SqliteThread, command: SqliteCommand): Answer {
    this.#used.add(thread);
    const answer = thread.send(command);
    const next = () => this.#sendWaiting();
    answer.then(next, next);
    return answer;
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const idle = this.#findIdle();
      if (!idle) return;
      const question = this.#waiting.shift();
      if (question) question.settle(this.#send(idle, question.command));
    }
    this.#waitingSinceMs = null;
  }

  /** Who waits for a thread that starts is not helped by another one, which would be ready later still. */
  #growLater(): void {
    if (this.#isGrowing) return;
    this.#isGrowing = true;
    void Promise.all(this.#threads.map((thread) => thread.ready)).then(() => {
      const sinceMs = performance.now();
      // Behind the answers that have come already, which a program that was busy has not heard yet.
      setTimeout(() => setImmediate(() => this.#grow(sinceMs)), growAfterMs);
    });
  }

  #grow(sinceMs: number): void {
    this.#isGrowing = false;
    if (this.#isClosed || this.#waitingSinceMs === null) return;
    if (this.#waitingSinceMs <= sinceMs && this.#threads.length < maxReaders) {
      this.#threads.push(this.#start());
      this.#restTimer ??= setInterval(() => this.rest(), restMs).unref();
      this.#sendWaiting();
    }
    if (this.#waiting.length > 0) this.#growLater();
  }

  /** Ends those that nobody has asked since it was called last, which is once a minute. The first is always asked first. */
  rest(): void {
    const [first, ...others] = this.#threads;
    const resting = others.filter((thread) => thread.pending() === 0 && !this.#used.has(thread));
    this.#used.clear();
    this.#threads = this.#threads.filter((thread) => thread === first || !resting.includes(thread));
    for (const thread of resting) void thread.close();
    if (this.#threads.length > 1) return;
    clearInterval(this.#restTimer ?? undefined);
    this.#restTimer = null;
  }
}
