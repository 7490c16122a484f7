import { expect, test } from 'vitest';
import { runRemotely } from './run-remote.ts';

const list = { command: 'alerts list', http: { method: 'GET', path: '/v1/alerts' } } as const;

test.each(['zzz', '', '127.0.0.1:8923', 'ftp://127.0.0.1/'])(
  'that %j is no address of a server is said with what it should be',
  async (url) => {
    await expect(runRemotely(list, {}, { url })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      message: `--url, or TOCSIN_URL: found "${url}", expected the address of a server such as http://127.0.0.1:8923`,
    });
  },
);
