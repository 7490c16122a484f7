import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { answerBrokenRequest } from './broken-request.ts';

const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

/** Answers what a caller gets who sent this and then nothing in time. */
async function waitTooLong(sent: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const accepted: Promise<[Socket]> = once(server, 'connection') as Promise<[Socket]>;
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  if (sent !== '') {
    caller.write(sent);
    await once(socket, 'data');
  }
  answerBrokenRequest(late, socket);
  return text(caller);
}

test('half a request that does not go on is told so', async () => {
  expect(await waitTooLong('GET / HTTP/1.1\r\n')).toContain('the request did not arrive in time');
});

test('a connection that a browser opened ahead is closed without an answer to nothing', async () => {
  expect(await waitTooLong('')).toBe('');
});
