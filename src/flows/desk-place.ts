import type { Desk } from '../notify/index.ts';

/** Where those who write messages find the desk of the deliverer in the same process. */
export type DeskPlace = {
  /** Answers the desk as it is now; null where no deliverer runs. */
  open(): Desk | null;
  /** The deliverer begins to serve; null: it ends. */
  serve(open: (() => Desk) | null): void;
};

/** Answers a place where nobody serves yet. */
export function createDeskPlace(): DeskPlace {
  let current: (() => Desk) | null = null;
  return {
    open: () => current?.() ?? null,
    serve(open) {
      current = open;
    },
  };
}
