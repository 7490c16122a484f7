import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
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

/** Answers what a door says to these bytes, head and body. */
async function send(request: string): Promise<string> {
  const { server } = await openDoor();
  await server.listen({ host: '127.0.0.1', port: 0 });
  const caller = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  caller.write(request);
  return text(caller);
}

test('a request without a Host gets the envelope, with the id that it asked for', async () => {
  const answered = await send(
    'GET /healthz HTTP/1.1\r\nX-Request-ID: without-host\r\nConnection: close\r\n\r\n',
  );
  expect(answered).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nx-request-id: without-host\r\n/);
  expect(answered).toMatch(
    /\r\n\r\n\{"error":\{"code":"VALIDATION_ERROR","message":"the request has no Host /,
  );
});

test('HTTP/1.0 needs no Host', async () => {
  expect(await send('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n\{"status":"ok"\}$/,
  );
});
