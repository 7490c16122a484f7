import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { type WakeUps, wakeTopics } from '../wake-ups.ts';

const everyMs = 250;

/**
 * Answers wake-ups over a file: SQLite counts the commits of other connections (`pragma data_version`), and a look at
 * that count costs no disk. It can't say what was committed, so that every topic is heard.
 */
export function createSqliteWakeUps(parts: {
  clock: Clock;
  log: Log;
  /** Answers the count as the connection sees it that makes all commits of this process. */
  readVersion(): Promise<number>;
}): WakeUps {
  const { clock, log, readVersion } = parts;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const listen = async (hear: Parameters<WakeUps['start']>[0]) => {
    let known: number | null = null;
    while (!stopping.signal.aborted) {
      try {
        const version = await readVersion();
        if (known !== null && version !== known) for (const topic of wakeTopics) hear(topic);
        known = version;
      } catch (err) {
        log.debug(
          { tag: 'db', err },
          '[db] could not look for the commits of other processes; polling goes on',
        );
      }
      await clock.wait(everyMs, stopping.signal);
    }
  };
  return {
    start(hear) {
      running = listen(hear);
    },
    // The commit itself is what others see.
    tell() {},
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
