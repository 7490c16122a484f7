import { describe, expect, test } from 'vitest';
import { openClient } from '../test/sdk.ts';

const found = (body: object) => ({ status: 200, body: JSON.stringify(body) });

describe('state', () => {
  test('is asked for as the API has it', async () => {
    const { client, receiver } = await openClient({}, { CACHE_FILENAME: 'edge state.txt' });
    receiver.standing = found({ value: '7' });
    expect(await client.state.get('calls')).toEqual({ value: '7' });
    await client.state.get('a/b ?é', { fresh: 'hourly', namespace: 'other.txt' });
    await client.state.set('calls', 8, { stamp: true });
    await client.state.set('calls', 'two words');
    await client.state.delete('calls');
    expect(receiver.received.map(({ path, body }) => `${path} ${body}`.trim())).toEqual([
      '/v1/state/calls?namespace=edge+state.txt',
      '/v1/state/a%2Fb%20%3F%C3%A9?namespace=other.txt&fresh=hourly',
      '/v1/state/calls {"value":"8","namespace":"edge state.txt","stamp":true}',
      '/v1/state/calls {"value":"two words","namespace":"edge state.txt"}',
      '/v1/state/calls?namespace=edge+state.txt',
    ]);
  });

  test('is listed page by page', async () => {
    const { client, receiver } = await openClient();
    receiver.script = [
      found({ data: [{ key: 'a' }], next_cursor: 'c+1' }),
      found({ data: [{ key: 'b' }], next_cursor: null }),
    ];
    expect(await client.state.list()).toEqual([{ key: 'a' }, { key: 'b' }]);
    expect(receiver.received.map(({ path }) => path)).toEqual([
      '/v1/state?limit=100',
      '/v1/state?cursor=c%2B1&limit=100',
    ]);
  });

  test('is asked for three times where nobody answers, and then it is told', async () => {
    const { client, clock, receiver, asked } = await openClient();
    receiver.standing = 'reset';
    const answer = client.state.set('calls', 1).catch((error: unknown) => error);
    await asked(1);
    await clock.advance(1000);
    await asked(2);
    await clock.advance(2000);
    expect(await answer).toMatchObject({
      name: 'TocsinError',
      code: 'UNREACHABLE',
      status: null,
      message: expect.stringContaining(receiver.url),
    });
    expect(receiver.received.length).toBe(3);
  });

  test('is not waited for longer than a script has time', async () => {
    const { client, receiver } = await openClient();
    const error = { code: 'RATE_LIMITED', message: 'too many' };
    receiver.standing = { status: 429, headers: { 'retry-after': '11' }, body: JSON.stringify({ error }) };
    await expect(client.state.get('calls')).rejects.toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(receiver.received.length).toBe(1);
  });

  test.each([
    [{ status: 500 }, { code: 'REFUSED', status: 500, message: 'HTTP 500' }],
    [
      { status: 200, body: '<html>' },
      { code: 'BAD_ANSWER', status: 200 },
    ],
    [
      { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      { code: 'REFUSED', status: 302 },
    ],
    [
      {
        status: 400,
        body: '{"error":{"code":"VALIDATION_ERROR","message":"key: no","details":{"errors":[]}}}',
      },
      { code: 'VALIDATION_ERROR', status: 400, message: 'key: no', details: { errors: [] } },
    ],
  ])('that is answered with %j rejects', async (answer, error) => {
    const { client, receiver } = await openClient();
    receiver.standing = answer;
    const caught = await client.state.delete('calls').catch((thrown: unknown) => thrown);
    expect(caught).toMatchObject(error);
    expect(JSON.stringify(caught) + String(caught)).not.toContain('toc_secret');
    expect(receiver.received.length).toBe(1);
  });

  test.each(['', '.', '..', '\ud800', 7 as never])(
    'refuses the key %j, which no address can hold',
    async (key) => {
      const { client, receiver } = await openClient();
      await expect(client.state.get(key)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
      await expect(client.state.set('a', Number.NaN)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
      expect(receiver.received).toEqual([]);
    },
  );
});
