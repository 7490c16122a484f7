import { once } from 'node:events';
import { connect } from 'node:net';
import { createFraming } from '../load/framing.ts';
import { buildRequest, type RequestPlan, writeNumber } from '../load/request.ts';

/** A connection that posts numbered alerts, one request after the other or many at once. */
export type Sender = {
  /** Sends one request whose alerts have the numbers from `number` on; resolves with its answer. Throws for any but 200. */
  send(number: number): Promise<void>;
  close(): void;
};

/** Opens a connection for small numbers of requests whose times matter; `drive` is for load. */
export async function openSender(plan: Omit<RequestPlan, 'isDistinct'>): Promise<Sender> {
  const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
  await once(socket, 'connect');
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  const take = createFraming((head, body) => {
    const waiter = waiting.shift();
    if (head.startsWith('HTTP/1.1 200')) waiter?.resolve();
    else waiter?.reject(new Error(`unexpected answer:\n${head}\n\n${body.toString().slice(0, 500)}`));
  });
  const failAll = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.on('data', take);
  socket.on('error', failAll);
  socket.on('close', () => failAll(new Error('the server closed the connection')));
  return {
    send(number) {
      const { bytes, markOffsets } = buildRequest({ ...plan, isDistinct: true });
      markOffsets.forEach((offset, i) => {
        writeNumber(bytes, offset, number + i);
      });
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(bytes);
      });
    },
    close: () => socket.destroy(),
  };
}
