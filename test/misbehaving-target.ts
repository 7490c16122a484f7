import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { selfSigned } from './tls-identity.ts';

export type SeenRequest = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
};

/** A server on loopback whose paths or first words say how it misbehaves. */
export type Target = {
  url: string;
  port: number;
  requests: SeenRequest[];
  /** Resolves when so many connections have come since the start. */
  connected(count: number): Promise<void>;
  /** Resolves when so many requests have come since the start. */
  asked(count: number): Promise<void>;
  /** Resolves when nobody is connected any more. */
  deserted(): Promise<void>;
  close(): Promise<void>;
};

/** Starts an HTTP target; `/status/503`, `/hang`, `/hang-body`, `/reset`, `/drip`, `/huge`, `/loop`, `/html`, `/json`, `/flaky/2` (fails twice), `/once/503` (that, then silence), `/to?URL`, else 200. */
export async function startHttpTarget(options: { tls?: boolean } = {}): Promise<Target> {
  const requests: SeenRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers, body: await text(request) });
    server.emit('asked');
    misbehave(path, response, requests.filter((seen) => seen.path === path).length);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server = options.tls ? createTlsServer(selfSigned, listener) : createServer(listener);
  return listen(server, options.tls ? 'https' : 'http', requests);
}

function misbehave(path: string, response: ServerResponse, times: number): void {
  const [, behaviour = '', argument = ''] = /^\/([\w-]*)[/?]?(.*)$/.exec(path) ?? [];
  switch (behaviour) {
    case 'status':
      return void response.writeHead(Number(argument)).end('as asked');
    case 'hang':
      return;
    case 'hang-body':
      return void response.writeHead(200, { 'content-length': 1000 }).write('the beginning');
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'drip':
      drip(response);
      return;
    case 'huge':
      flood(response);
      return;
    case 'loop':
      return void response.writeHead(302, { location: '/loop' }).end();
    case 'to':
      return void response.writeHead(302, { location: argument }).end();
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>fine</html>');
    case 'json':
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"items":[{"ok":true}],"token":"hush-hush"}');
    case 'flaky':
      return void response.writeHead(times <= Number(argument) ? 503 : 200).end();
    case 'once':
      if (times === 1) response.writeHead(Number(argument)).end();
      return;
    default:
      return void response.writeHead(200).end('ok');
  }
}

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 5);
  response.once('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  response.writeHead(200);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}

/** Starts a TCP target that does with each connection what it is told. */
export async function startTcpTarget(serve: (socket: Socket) => void): Promise<Target> {
  return listen(createTcpServer(serve), 'tcp', []);
}

/** Answers a port of loopback on which nobody listens. */
export async function findClosedPort(): Promise<number> {
  const target = await startTcpTarget(() => {});
  await target.close();
  return target.port;
}

async function listen(server: Server, scheme: string, requests: SeenRequest[]): Promise<Target> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    // A target that is left by force is nothing to fail over.
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      server.emit('left');
    });
    server.emit('connected');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    requests,
    async connected(count) {
      while (connections < count) await once(server, 'connected');
    },
    async asked(count) {
      while (requests.length < count) await once(server, 'asked');
    },
    async deserted() {
      while (sockets.size > 0) await once(server, 'left');
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
