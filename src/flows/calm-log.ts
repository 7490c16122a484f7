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

type Ping = () => Promise<void>;

/** Answers a calm log; every line is written until it watches. */
export function createCalmLog(log: Log, clock: Clock): CalmLog {
  const stopping = new AbortController();
  let ping: Ping | null = null;
  let isAsking = false;
  let saidAt = Number.NEGATIVE_INFINITY;
  let withheld = 0;
  /** Lines that wait until it is known whether the database is away. */
  let held: (() => void)[] = [];

  const ask = async (ping: Ping) => {
    isAsking = true;
    const trouble = await findTrouble(ping);
    // Where the fault was another one, all of it is told.
    if (trouble === null) for (const write of held) write();
    else await tellOutage(trouble, { log, clock, ping, stopping: stopping.signal, withheld: () => withheld });
    held = [];
    withheld = 0;
    isAsking = false;
  };

  const say = (fields: LogFields, write: () => void) => {
    if (ping === null || stopping.signal.aborted || !isOfDatabase(fields)) return write();
    if (isAsking && !hasPassed(sayEveryMs, saidAt, clock.now())) {
      withheld++;
      if (held.length < heldAtMost) held.push(write);
      return;
    }
    saidAt = clock.now();
    write();
    if (!isAsking) void ask(ping);
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

/** Answers why the database cannot be asked; null: it can. */
function findTrouble(ping: Ping): Promise<string | null> {
  return ping().then(() => null, describeError);
}

type Outage = { log: Log; clock: Clock; ping: Ping; stopping: AbortSignal; withheld(): number };

/** Says that the database is away, and that it is back; resolves then, or at the stop. */
async function tellOutage(trouble: string, { log, clock, ping, stopping, withheld }: Outage): Promise<void> {
  if (stopping.aborted) return;
  const sinceMs = clock.now();
  log.error(
    { tag: 'db' },
    `[db] the database is away: ${trouble}; until it is back, little is said of what fails`,
  );
  do {
    await clock.wait(askEveryMs, stopping);
    if (stopping.aborted) return;
  } while ((await findTrouble(ping)) !== null);
  const seconds = Math.round((clock.now() - sinceMs) / 1000);
  const fields = { tag: 'db', away_seconds: seconds, withheld: withheld() };
  log.warn(fields, `[db] the database is back after ${seconds} s; ${withheld()} lines were not written`);
}

/** Sockets say the same of Redis, which has a line of its own. */
function isOfDatabase({ tag, err }: LogFields): boolean {
  return (
    tag !== 'redis' &&
    (isDatabaseUnavailable(err) || (err instanceof Error && isDatabaseUnavailable(err.cause)))
  );
}
