import { type Clock, hasPassed } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import type { Log, LogFields } from '../core/log.ts';
import { isDatabaseUnavailable } from '../store/index.ts';

const askEveryMs = 1000;
const sayEveryMs = 5000;
const heldAtMost = 100;

/** The log of a process that stays readable while its database is away. */
export type CalmLog = {
  /**
   * As the log that it was made of; but while the database is away, of all that fails for it one line every five seconds
   * is written at most, beside one that says so and one that says that it is back.
   */
  readonly log: Log;
  /** Begins to ask whether the database is away, once something fails as if it were; `ping` throws where it is. */
  watch(ping: () => Promise<void>): void;
  /** Asks no more, and writes every line. */
  stop(): void;
};

/** Answers a calm log; every line is written until it watches. */
export function createCalmLog(log: Log, clock: Clock): CalmLog {
  const stopping = new AbortController();
  let ping: (() => Promise<void>) | null = null;
  let asking: Promise<void> | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  let withheld = 0;
  /** Until it is known whether the database is away; then null. */
  let held: (() => void)[] | null = null;

  const findTrouble = async () => (ping ? ping().then(() => null, describeError) : null);

  const ask = async () => {
    held = [];
    const trouble = await findTrouble();
    // The fault was another one: all of it is told.
    if (trouble === null) for (const write of held) write();
    held = null;
    if (trouble !== null && !stopping.signal.aborted) await tellAway(trouble);
    withheld = 0;
    asking = null;
  };

  const tellAway = async (trouble: string) => {
    const sinceMs = clock.now();
    log.error(
      { tag: 'db' },
      `[db] the database is away: ${trouble}; until it is back, little is said of what fails`,
    );
    let isBack = false;
    while (!isBack) {
      await clock.wait(askEveryMs, stopping.signal);
      if (stopping.signal.aborted) return;
      isBack = (await findTrouble()) === null;
    }
    const seconds = Math.round((clock.now() - sinceMs) / 1000);
    const fields = { tag: 'db', away_seconds: seconds, withheld };
    log.warn(fields, `[db] the database is back after ${seconds} s; ${withheld} lines were not written`);
  };

  const say = (fields: LogFields, write: () => void) => {
    if (ping === null || stopping.signal.aborted || !isOfDatabase(fields)) return write();
    if (asking === null || hasPassed(sayEveryMs, saidAt, clock.now())) {
      saidAt = clock.now();
      write();
      asking ??= ask();
      return;
    }
    withheld++;
    if (held && held.length < heldAtMost) held.push(write);
  };

  return {
    log: {
      debug: (fields, message) => log.debug(fields, message),
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => say(fields, () => log.warn(fields, message)),
      error: (fields, message) => say(fields, () => log.error(fields, message)),
    },
    watch(how) {
      ping = how;
    },
    stop: () => stopping.abort(),
  };
}

/** Sockets say the same of Redis, which has a line of its own. */
function isOfDatabase({ tag, err }: LogFields): boolean {
  return (
    tag !== 'redis' &&
    (isDatabaseUnavailable(err) || (err instanceof Error && isDatabaseUnavailable(err.cause)))
  );
}
