import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Evaluated, EvaluationJob } from './types.ts';

const deadlineMs = 2000;
const heapMegabytes = 256;

/** A process that runs expressions, as the program sees it. */
export type Evaluator = {
  /** Runs one job, the only one at that time. What takes too long or too much memory ends the process. */
  evaluate(job: EvaluationJob): Promise<Evaluated>;
  isAlive(): boolean;
  end(): void;
};

/** Starts a process; null where none can be started. */
export async function startEvaluator(clock: Clock): Promise<Evaluator | null> {
  const child = fork(new URL('./mapping-process.ts', import.meta.url), [], {
    env: {},
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    // What Node says of its own death is nothing for our log.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let alive = true;
  const gone = new Promise<null>((resolve) => {
    const leave = () => {
      alive = false;
      resolve(null);
    };
    child.on('exit', leave).on('error', leave);
  });
  const end = () => {
    alive = false;
    child.kill('SIGKILL');
  };
  if ((await Promise.race([once(child, 'message'), gone])) === null) return null;

  return {
    async evaluate(job) {
      const done = new AbortController();
      const late = clock.wait(deadlineMs, done.signal).then(() => 'late' as const);
      const answer = once(child, 'message').then(([evaluated]) => evaluated as Evaluated);
      // A process that is gone shows in `gone`.
      child.send(job, () => undefined);
      const evaluated = await Promise.race([answer, gone, late]);
      done.abort();
      if (evaluated !== null && evaluated !== 'late') return evaluated;
      end();
      const problem = evaluated === null ? 'too much memory' : `longer than ${deadlineMs / 1000} seconds`;
      return { ok: false, problem: `the mapping takes ${problem}` };
    },
    isAlive: () => alive,
    end,
  };
}
