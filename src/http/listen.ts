import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AppError, describeError } from '../core/errors.ts';

const lookForIdleEveryMs = 50;

/** A server that takes connections. */
export type Listening = {
  /** Where it listens. */
  readonly url: string;
  /** Resolves when every request that is under way now has its answer, or is cut off at the signal; connections that come meanwhile are not waited for. */
  drain(cutOff: AbortSignal): Promise<void>;
  /** Takes no new connection and ends all that there are. */
  close(): Promise<void>;
};

/** Begins to listen; the name `localhost` means all its addresses. Throws UNAVAILABLE where the address cannot be had. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const others = await bindAll(server, host, port);
  return {
    url: toUrl(host, server.server.address() as AddressInfo),
    drain: (cutOff) => drain(server, [...sockets], cutOff),
    async close() {
      for (const other of others) other.close();
      const closed = server.close();
      server.server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers the servers that listen beside the first one, for other addresses of the same name. */
async function bindAll(server: FastifyInstance, host: string, port: number): Promise<Server[]> {
  try {
    const [first = host, ...rest] = host === 'localhost' ? await resolveAll(host) : [host];
    await bind(server.server, first, port);
    const address = server.server.address() as AddressInfo;
    const others = rest.map(() =>
      createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        server.server.emit('connection', socket),
      ),
    );
    // One of its addresses is enough: a machine may name an IPv6 one that it does not have.
    await Promise.allSettled(others.map((other, index) => bind(other, rest[index] ?? first, address.port)));
    return others.filter(({ listening }) => listening);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = isTaken ? 'something else listens there' : describeError(error);
    throw new AppError('UNAVAILABLE', `cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
}

async function resolveAll(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

async function drain(
  { server }: FastifyInstance,
  sockets: readonly Socket[],
  cutOff: AbortSignal,
): Promise<void> {
  // To Node a connection that never asked is not idle: a browser's, opened ahead, would hold up the stop.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  const closed = sockets.map((socket) => (socket.closed ? null : once(socket, 'close')));
  // A connection that was busy is idle once it has its answer; nobody else would end it then.
  const timer = setInterval(() => server.closeIdleConnections(), lookForIdleEveryMs);
  server.closeIdleConnections();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  cutOff.addEventListener('abort', cut);
  await Promise.allSettled(closed);
  cutOff.removeEventListener('abort', cut);
  clearInterval(timer);
}

function toUrl(host: string, { address, port }: AddressInfo): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
