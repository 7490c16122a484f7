import { closeSync, constants, openSync } from 'node:fs';
import type { SpawnProblem } from './types.ts';

/** Below this, more are asked for: before they are needed, as each delivery is a program that has to run. */
const lowWater = 16;

/** A named pipe, open for reading before anybody writes: whoever comes later would not be told of its end. */
export type OpenPipe = { path: string; fd: number };

/** Named pipes that wait for a task. */
export type PipeStock = {
  /** Two pipes, or why there are none. */
  take(): Promise<readonly [OpenPipe, OpenPipe] | SpawnProblem>;
  /** What the spawner made, or why it could not. */
  supply(paths: readonly string[], problem: string | null): void;
};

/** Answers an empty stock whose first delivery is under way; `order` asks for the next. */
export function createPipeStock(order: () => void): PipeStock {
  const paths: string[] = [];
  let isOrdered = true;
  let delivery = Promise.withResolvers<string | null>();

  const orderMore = () => {
    if (isOrdered || paths.length >= lowWater) return;
    isOrdered = true;
    order();
  };
  const takeOne = async (): Promise<OpenPipe | SpawnProblem> => {
    for (;;) {
      orderMore();
      const path = paths.pop();
      const pipe = path === undefined ? null : openPipe(path);
      if (pipe) return pipe;
      const problem = path === undefined ? await delivery.promise : null;
      if (problem !== null) return { code: 'PIPES', message: problem };
    }
  };
  return {
    async take() {
      const first = await takeOne();
      if ('code' in first) return first;
      const second = await takeOne();
      if (!('code' in second)) return [first, second];
      closeSync(first.fd);
      return second;
    },
    supply(made, problem) {
      paths.push(...made);
      isOrdered = false;
      delivery.resolve(problem);
      delivery = Promise.withResolvers();
    },
  };
}

/** Null where it is not there any more: what cleans /tmp takes pipes that waited for days. */
function openPipe(path: string): OpenPipe | null {
  try {
    return { path, fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
