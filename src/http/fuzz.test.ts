import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { echoActions } from '../../test/echo-actions.ts';

test('whatever is sent, the answer is never a fault of ours', { timeout: 120_000 }, async () => {
  const { server, bearer } = await openDoor({ actions: echoActions, env: { RATE_LIMIT_MAX: '1000000' } });
  const { authorization } = await bearer('admin');
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.json().map((text) => text.slice(0, -1)),
    fc.constantFrom(
      '{"__proto__":{"text":"x"}}',
      '{"text":"x","constructor":{"prototype":1}}',
      '\u0000',
      'null',
      '1e999',
    ),
  );
  const headers = fc.record(
    {
      'content-type': fc.oneof(fc.constantFrom('application/json', 'text/plain', ''), fc.string()),
      'content-encoding': fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'x'),
      'x-request-id': fc.string(),
      cookie: fc.string(),
      origin: fc.string(),
      authorization: fc.oneof(fc.constant(authorization), fc.string()),
    },
    { requiredKeys: [] },
  );
  const url = fc.constantFrom(
    '/v1/echo/a',
    '/v1/echo',
    '/v1/tokens',
    '/v1/tokens/x',
    '/signin',
    '/signout',
    '/',
    '/v1/echo?limit=',
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(method, url, headers, body, async (method, url, headers, payload) => {
      const safe = Object.fromEntries(
        Object.entries(headers).map(([k, v]) => [k, v.replace(/[^\x20-\x7e]/g, '?')]),
      );
      const answered = await server.inject({ method, url, headers: { authorization, ...safe }, payload });
      expect(answered.statusCode, answered.body).toBeLessThan(500);
    }),
    { numRuns: 2000 },
  );
});
