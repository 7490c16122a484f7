import type { Redis as Client, RedisOptions } from 'ioredis';

/** Longer than this nobody waits for an answer. */
const answerWithinMs = 150;
const connectWithinMs = 2000;
const longestRetryMs = 5000;

/** Begins to connect, and does so again and again until it is ended; the client is loaded by the first who asks. */
export async function connect(url: string): Promise<Client> {
  const { Redis } = await import('ioredis');
  return new Redis({
    ...readAddress(url),
    protocol: 2,
    commandTimeout: answerWithinMs,
    connectTimeout: connectWithinMs,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestRetryMs),
    // Whoever asks while it is away has gone on alone by the time that it is back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    connectionName: 'tocsin',
  });
}

type Address = Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'>;

function readAddress(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: Number(port || 6379),
    db: Number(pathname.slice(1)),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
  };
}

/** Why Redis does not serve: nobody answers, not in time, or it answers and refuses. */
export type AwayReason = 'unreachable' | 'timeout' | 'refused';

/** Answers the reason that an error of the client or of Redis stands for. */
export function reasonOf(error: unknown): AwayReason {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  if (message === 'Command timed out' || message === 'connect ETIMEDOUT') return 'timeout';
  return name === 'ReplyError' ? 'refused' : 'unreachable';
}
