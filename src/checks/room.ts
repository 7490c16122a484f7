/** Bounds how much is done at the same time; the rest waits in line. */
export type Room = { run<Result>(work: () => Promise<Result>): Promise<Result> };

/** Answers a room for `max` works at once. */
export function createRoom(max: number): Room {
  let used = 0;
  const line: (() => void)[] = [];
  const leave = () => {
    const next = line.shift();
    // A place is handed on, never freed and taken again, so that nobody comes in between.
    if (next) next();
    else used--;
  };
  return {
    async run(work) {
      if (used < max) used++;
      else await new Promise<void>((resolve) => line.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
