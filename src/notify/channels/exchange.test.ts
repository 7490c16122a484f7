import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, startReceiver } from '../../../test/webhook-receiver.ts';
import { exchange } from './exchange.ts';

async function open(standing: Answer, connections = 1) {
  const receiver = await startReceiver();
  receiver.standing = standing;
  const http = new Agent({ connections });
  onTestFinished(() => http.destroy());
  const ask = (path: string, timeoutMs: number) =>
    exchange(http, { origin: receiver.url, path, method: 'POST', body: 'x' }, { timeoutMs, textLength: 20 });
  return { receiver, http, ask };
}

describe('an exchange', () => {
  test('that waits too long for a connection fails in time, and is never sent', async () => {
    const { receiver, ask } = await open({ status: 200 });
    const mayEnd = Promise.withResolvers<void>();
    receiver.onRequest = () => mayEnd.promise;
    const first = ask('/first', 60_000);
    await expect(ask('/second', 20)).rejects.toMatchObject({ name: 'TimeoutError' });
    mayEnd.resolve();
    expect((await first).statusCode).toBe(200);
    expect((await ask('/third', 60_000)).statusCode).toBe(200);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/first', '/third']);
  });

  test('takes no more of a refusal than is shown, and of a good answer nothing', async () => {
    const { receiver, ask } = await open({ status: 404, body: 'no such room '.repeat(5000) });
    expect((await ask('/', 5000)).text).toContain('no such room no such');
    receiver.standing = { status: 200, body: 'thank you' };
    expect(await ask('/', 5000)).toMatchObject({ statusCode: 200, text: '' });
  });

  test('with more than can be read ends with its status', async () => {
    const { ask } = await open('flood');
    expect(await ask('/', 60_000)).toMatchObject({ statusCode: 200, text: '' });
  });

  test('over a connection that is closed already fails with what undici says', async () => {
    const { http, ask } = await open({ status: 200 });
    await http.destroy();
    await expect(ask('/', 5000)).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });
});
