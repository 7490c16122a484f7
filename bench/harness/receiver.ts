import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createFraming } from '../load/framing.ts';

/** A webhook's other end. */
export type Receiver = { url: string; close(): Promise<void> };

const good = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** Listens on loopback, answers every POST with 200 at once, and hands on its body with the time of its arrival. */
export async function startReceiver(
  onMessage: (body: string, receivedAt: number) => void,
): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const take = createFraming((_head, body) => {
      const receivedAt = performance.now();
      socket.write(good);
      onMessage(body.toString(), receivedAt);
    });
    socket.on('data', take);
    // The sender is ended while it holds connections open; that is no news.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
