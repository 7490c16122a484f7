import type { Clock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { createLoop, type Loop } from './loop.ts';

const everyMs = 60_000;
const toleratedMs = 2000;

export type ClockFollower = Loop & { tick(): Promise<void> };

/** Answers the loop that keeps this process on the database's clock, as leases of many processes need one clock. */
export function createClockFollower(deps: {
  clock: Clock;
  log: Log;
  measureOffsetMs(): Promise<number>;
}): ClockFollower {
  const { clock, log, measureOffsetMs } = deps;
  const tick = async () => {
    try {
      const offsetMs = await measureOffsetMs();
      if (Math.abs(offsetMs) <= toleratedMs) return;
      log.warn(
        { tag: 'db', offset_ms: offsetMs },
        `[db] the database's clock is ${offsetMs} ms ahead of this machine's`,
      );
    } catch (err) {
      // The last offset stays good for a while: clocks drift slowly.
      log.warn({ tag: 'db', err }, `[db] the database's clock could not be read: ${describeError(err)}`);
    }
  };
  return { ...createLoop({ clock, round: tick, firstRestMs: everyMs, restMs: everyMs }), tick };
}
