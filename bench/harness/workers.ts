import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const endWithinMs = 300_000;

/** A worker process: it says `ready`, waits for a word, and answers one line of JSON. */
type Worker = { child: ChildProcess; nextLine(): Promise<string> };

/**
 * Starts a program once for each plan, lets all of them begin at the same time when all are ready, and answers what they
 * print. Throws where one fails; none outlives the call.
 */
export async function runWorkers<Plan, Result>(program: string, plans: readonly Plan[]): Promise<Result[]> {
  const workers = plans.map((plan) => startWorker(program, plan));
  try {
    await Promise.all(workers.map((worker) => worker.nextLine()));
    for (const { child } of workers) child.stdin?.write('go\n');
    return await Promise.all(workers.map(async (worker) => JSON.parse(await worker.nextLine()) as Result));
  } finally {
    await Promise.all(workers.map(({ child }) => end(child)));
  }
}

function startWorker(program: string, plan: unknown): Worker {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: endWithinMs,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ended before it answered`);
      return value;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
