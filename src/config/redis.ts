import { isIP } from 'node:net';
import type { Reader } from './environment.ts';
import { isEncoded } from './is-encoded.ts';
import type { RedisConfig } from './types.ts';

const urlExpected =
  'an address such as redis://user:password@host:6379/0, or rediss:// for TLS; in a password % is written as %25';

/** Answers where Redis is, by REDIS_URL or else by the three others; null: there is none, or what names it is refused. */
export function readRedis({ get, refuse, wholeNumber }: Reader): RedisConfig | null {
  const [url, host, password] = ['REDIS_URL', 'REDIS_HOST', 'REDIS_PASSWORD'].map(get);
  // Kubernetes sets such an address in every pod beside a service of the name `redis`; it is no port.
  const hasPort = /^tcp:\/\//.test(get('REDIS_PORT') ?? 'tcp://') === false;
  if (url) {
    if (isRedisUrl(url)) return { url };
    refuse('REDIS_URL', urlExpected);
    return null;
  }
  if (!host) {
    for (const name of [...(hasPort ? ['REDIS_PORT'] : []), ...(password ? ['REDIS_PASSWORD'] : [])])
      refuse(name, 'REDIS_HOST beside it, or REDIS_URL instead');
    return null;
  }
  const port = hasPort ? wholeNumber('REDIS_PORT', 1, 65_535) : null;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const place = `${isIP(bare) === 6 ? `[${bare}]` : bare}:${port ?? 6379}`;
  const made = `redis://${password ? `:${encodeURIComponent(password)}@` : ''}${place}`;
  if (/^[^\s/?#@[\]]+$/.test(bare) && isRedisUrl(made)) return { url: made };
  refuse('REDIS_HOST', 'a host or an address, such as 127.0.0.1');
  return null;
}

function isRedisUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return false;
  const hasRest = url.search !== '' || url.hash !== '';
  return !hasRest && /^\/?\d{0,4}$/.test(url.pathname) && isEncoded(url.username + url.password);
}
