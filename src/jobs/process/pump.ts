import type { Socket } from 'node:net';
import { type Clock, hasPassed } from '../../core/clock.ts';
import type { Output } from '../output/keep-output.ts';
import { within } from './within.ts';

/** Moves what a task writes to where it is kept, no faster than it can be kept. */
export type Pump = {
  /** Resolves when all who could write have ended and all is kept; what stays silent though somebody holds it open is closed. */
  drain(): Promise<void>;
};

/** An output that somebody unknown holds open is closed when nothing has come for so long. */
const quietMs = 500;

/** Starts to read. */
export function startPump(socket: Socket, output: Output, clock: Clock): Pump {
  const state = { isClosed: false, isBusy: false, lastAt: clock.now() };
  const read = async () => {
    for await (const chunk of socket) {
      state.isBusy = true;
      await output.take(chunk);
      state.isBusy = false;
      state.lastAt = clock.now();
    }
  };
  const ended = read().catch((error: unknown) => {
    // Closing it ourselves ends the reading with an error.
    if (!state.isClosed) throw error;
  });
  // Whoever drains hears of it; until then it is nobody's.
  ended.catch(() => undefined);
  return {
    async drain() {
      while (!(await within(ended, quietMs, clock))) {
        if (state.isBusy || !hasPassed(quietMs, state.lastAt, clock.now())) continue;
        state.isClosed = true;
        socket.destroy();
      }
    },
  };
}
