import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { actions } from '../actions.ts';

test('an address that exists names the methods that it takes, whatever the method and the address beside it', async () => {
  const { server } = await openDoor({ actions });
  const ask = async (method: 'GET' | 'PUT' | 'DELETE' | 'OPTIONS', url: string) => {
    const { statusCode, headers } = await server.inject({ method, url });
    return [statusCode, headers.allow ?? null];
  };
  expect(await ask('PUT', '/v1/alerts/alrt_1')).toEqual([405, 'GET, HEAD']);
  expect(await ask('DELETE', '/v1/alerts/alrt_1/ack?x=1')).toEqual([405, 'POST']);
  // Without care this would be the alert named claim.
  expect(await ask('GET', '/v1/alerts/claim')).toEqual([405, 'POST']);
  expect(await ask('PUT', '/v1/alerts/claim')).toEqual([405, 'POST']);
  expect(await ask('OPTIONS', '/docs/a/b')).toEqual([405, 'GET, HEAD']);
  expect(await ask('GET', '/v1/alerts/alrt_1/nope')).toEqual([404, null]);
  expect(await ask('DELETE', '/v1')).toEqual([404, null]);
});
