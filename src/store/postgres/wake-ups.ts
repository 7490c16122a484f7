import pg from 'pg';
import type { Clock } from '../../core/clock.ts';
import { describeError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type WakeTopic, type WakeUps, wakeTopics } from '../wake-ups.ts';
import { holdPresence } from './presence.ts';

const channel = 'tocsin';
const reconnectMs = 1000;
// Every notification takes a lock of the whole server at its commit: a flood of alerts is told of this often.
const restMs = 50;

type Parts = { dsn: string; clock: Clock; log: Log };
type Hear = Parameters<WakeUps['start']>[0];

/** Answers wake-ups by `LISTEN` and `NOTIFY` on a connection of their own, which is made anew whenever it is lost. */
export function createPostgresWakeUps({ dsn, clock, log }: Parts): WakeUps {
  const stopping = new AbortController();
  const untold = new Set<WakeTopic>();
  let client: pg.Client | null = null;
  let running: Promise<void> = Promise.resolve();
  let telling: Promise<void> | null = null;

  const listen = async (hear: Hear) => {
    while (!stopping.signal.aborted) {
      const lost = await connect(dsn, hear).catch((err: unknown) => {
        const message = `[db] cannot listen for other processes, polling goes on: ${describeError(err)}`;
        log.debug({ tag: 'db', err }, message);
        return null;
      });
      if (lost) {
        client = lost.client;
        // While nobody listened something may have been said.
        for (const topic of wakeTopics) hear(topic);
        if (!stopping.signal.aborted) await lost.ended;
        client = null;
        await lost.client.end().catch(() => {}); // it is gone either way
      }
      await clock.wait(reconnectMs, stopping.signal);
    }
  };

  const tellAll = async () => {
    while (untold.size > 0) {
      const topics = [...untold];
      untold.clear();
      // Who does not hear it polls; and a lost connection shows in the loop that listens.
      for (const topic of topics)
        await client?.query('select pg_notify($1, $2)', [channel, topic]).catch(() => {});
      await clock.wait(restMs, stopping.signal);
    }
    telling = null;
  };

  return {
    start(hear) {
      running = listen(hear);
    },
    tell(topic) {
      if (!client || stopping.signal.aborted) return;
      untold.add(topic);
      telling ??= tellAll();
    },
    async stop() {
      stopping.abort();
      await telling;
      await client?.end().catch(() => {}); // the loop sees that it is gone
      await running;
    },
  };
}

/** Opens the connection that listens; what it says itself it does not hear. */
async function connect(dsn: string, hear: Hear): Promise<{ client: pg.Client; ended: Promise<void> }> {
  const client = new pg.Client({
    connectionString: dsn,
    application_name: 'tocsin wake-ups',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  });
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve).on('error', () => resolve());
  });
  let own: number | null = null;
  client.on('notification', ({ processId, payload }) => {
    const topic = wakeTopics.find((name) => name === payload);
    if (topic && processId !== own) hear(topic);
  });
  try {
    await client.connect();
    own = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? null;
    await client.query(holdPresence);
    await client.query(`listen ${channel}`);
  } catch (error) {
    await client.end().catch(() => {}); // what matters is why it could not listen
    throw error;
  }
  return { client, ended };
}
