import type { Redis as Client } from 'ioredis';
import type { Clock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type AwayReason, connect, reasonOf } from './connection.ts';

/** `sinceMs`: since when it is so. */
export type RedisState = { isUp: boolean; sinceMs: number; reason: AwayReason | 'connecting' | null };

export type Counted = { count: number; resetsInMs: number };

/** A connection that comes and goes. */
export type Redis = {
  state(): RedisState;
  /**
   * Counts one under the key, in a window that begins with the first; null where Redis does not serve, or not within
   * 150 ms. Never throws.
   */
  count(key: string, windowMs: number): Promise<Counted | null>;
  /** Asks whether it serves; what `state` says follows from the answer. Never throws. */
  probe(): Promise<void>;
  close(): Promise<void>;
};

export type RedisDeps = { url: string; clock: Clock; log: Log };

const prefix = 'tocsin:';
const probeKey = 'probe';
const probeWindowMs = 1000;

// One step, so that a kill in between leaves no count that never ends.
const countScript = `
local count = redis.call('INCR', KEYS[1])
local rest = redis.call('PTTL', KEYS[1])
if rest < 0 then
  rest = tonumber(ARGV[1])
  redis.call('PEXPIRE', KEYS[1], rest)
end
return { count, rest }`;

/** Answers a Redis that it begins to connect to; whoever asks before it is there is answered null. */
export function createRedis({ url, clock, log }: RedisDeps): Redis {
  const standing = createStanding(clock, log);
  let isClosed = false;

  const ask = async (client: Client, key: string, windowMs: number): Promise<Counted> => {
    const answer = await client.eval(countScript, 1, `${prefix}${key}`, windowMs);
    const [count, resetsInMs] = answer as [number, number];
    return { count, resetsInMs };
  };
  const probe = async (client: Client) => {
    if (client.status !== 'ready') return;
    try {
      await ask(client, probeKey, probeWindowMs);
      standing.up();
    } catch (error) {
      if (isClosed) return;
      standing.away(error);
      // It may be gone without a word, and the connection stay open for hours.
      if (reasonOf(error) === 'timeout') client.disconnect(true);
    }
  };
  const follow = (client: Client): Client => {
    client.on('ready', () => void probe(client));
    client.on('error', (error) => standing.away(error));
    client.on('close', () => {
      if (!isClosed && standing.state().isUp) standing.away(new Error('the connection was closed'));
    });
    return client;
  };
  const connecting = connect(url).then(follow);

  return {
    state: standing.state,
    async count(key, windowMs) {
      if (!standing.state().isUp) return null;
      const client = await connecting;
      try {
        return await ask(client, key, windowMs);
      } catch (error) {
        standing.away(error);
        void probe(client);
        return null;
      }
    },
    probe: async () => probe(await connecting),
    async close() {
      isClosed = true;
      (await connecting).disconnect();
    },
  };
}

/** Keeps whether it serves, and logs when that changes. */
function createStanding(clock: Clock, log: Log) {
  let state: RedisState = { isUp: false, sinceMs: clock.now(), reason: 'connecting' };
  return {
    state: () => state,
    up() {
      if (state.isUp) return;
      log.info({ tag: 'redis' }, `[redis] ${state.reason === 'connecting' ? 'connected' : 'it is back'}`);
      state = { isUp: true, sinceMs: clock.now(), reason: null };
    },
    away(err: unknown) {
      const reason = reasonOf(err);
      if (reason === state.reason) return;
      log.warn({ tag: 'redis', reason, err }, `[redis] away (${reason}): ${describeError(err)}`);
      state = { isUp: false, sinceMs: state.isUp ? clock.now() : state.sinceMs, reason };
    },
  };
}
