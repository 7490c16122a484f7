/** The two outputs of a task. */
export type StreamName = 'stdout' | 'stderr';

/** A process that a task has left behind. */
export type Straggler = { pid: number; command: string };

/** What marks the environment of a task's processes, so that those which leave its group are found again. */
export const markName = 'TOCSIN_TASK_MARK';

/** What is started: `env` is the whole environment, and `id` is in it as the mark. */
export type Launch = {
  id: string;
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
};

/** What the spawner is told. */
export type Order =
  | { kind: 'start'; launch: Launch; pipes: readonly string[] }
  /** SIGTERM or SIGKILL to all of a task; after SIGKILL the spawner goes on until nobody is left. */
  | { kind: 'end'; id: string; signal: 'SIGTERM' | 'SIGKILL' }
  | { kind: 'more_pipes' };

/** How a task's own process ended. */
export type Exit = { exitCode: number | null; signal: string | null };

/** Why a program could not be started, as the system says it. */
export type SpawnProblem = { code: string; message: string };

/** What the spawner says. */
export type News =
  | { kind: 'pipes'; folder: string; paths: readonly string[]; problem: string | null }
  | { kind: 'started'; id: string; pid: number }
  | ({ kind: 'not_started'; id: string } & SpawnProblem)
  | ({ kind: 'exited'; id: string } & Exit)
  /** Who got the signal, besides the task's own process. */
  | { kind: 'signalled'; id: string; others: readonly Straggler[] }
  /** Nobody of the task is there any more, but for those that nothing can kill. */
  | { kind: 'gone'; id: string; left: readonly Straggler[] };
