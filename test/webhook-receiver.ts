import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** How a receiver answers one request. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Never, until the client goes away. */
  | 'hang'
  /** By cutting the connection. */
  | 'reset'
  /** With bytes that are no HTTP. */
  | 'garbage'
  /** With a good status and a body that never ends. */
  | 'endless'
  /** With a good status and more and more of a body, for as long as somebody reads. */
  | 'flood';

export type Received = { path: string; headers: IncomingHttpHeaders; body: string };

/** A receiver on loopback that records what it gets and answers by script. */
export type Receiver = {
  url: string;
  received: Received[];
  /** Answers for the next requests, in order; after them the standing one. */
  script: Answer[];
  standing: Answer | ((request: Received) => Answer);
  /** Called when a request has come, before it is answered. */
  onRequest: (request: Received) => void | Promise<void>;
};

/** Starts a receiver that lives as long as the test. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => void serve(receiver, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    script: [],
    standing: { status: 200, body: 'ok' },
    onRequest() {},
  };
  return receiver;
}

async function serve(receiver: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received = { path: request.url ?? '', headers: request.headers, body: await text(request) };
  receiver.received.push(received);
  const { standing } = receiver;
  const answer = receiver.script.shift() ?? (typeof standing === 'function' ? standing(received) : standing);
  await receiver.onRequest(received);
  respond(answer, response);
}

function respond(answer: Answer, response: ServerResponse): void {
  switch (answer) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'garbage':
      response.socket?.end('this is not HTTP\r\n\r\n');
      return;
    case 'endless':
      response.writeHead(200, { 'content-length': '1000' }).write('the beginning');
      return;
    case 'flood':
      response.writeHead(200);
      pipeline(Readable.from(pour()), response, () => undefined);
      return;
    default:
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  }
}

function* pour() {
  for (;;) yield Buffer.alloc(2 ** 16, ' ');
}
