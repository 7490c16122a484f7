/** A doorbell between a writer and a loop in the same process: rings are remembered until the next wait. */
export type Signal = {
  ring(): void;
  /** Resolves at once when it has rung since the last wait, else at the next ring or when aborted. */
  wait(abort: AbortSignal): Promise<void>;
};

/** Answers a signal for one waiter at a time. */
export function createSignal(): Signal {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    wait: (abort) =>
      new Promise((resolve) => {
        const done = () => {
          rung = false;
          wake = null;
          abort.removeEventListener('abort', done);
          resolve();
        };
        if (rung || abort.aborted) return done();
        wake = done;
        abort.addEventListener('abort', done, { once: true });
      }),
  };
}
