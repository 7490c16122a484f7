import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small web service that can be broken and healed. */
export type DemoService = { url: string; fail(): void; heal(): void; stop(): Promise<void> };

/** A message as the receiver got it. */
export type Message = { event: string; title: string; text: string; idempotencyKey: string; signed: boolean };

/** Whoever gets the messages: the team's chat, in this story. */
export type Receiver = { url: string; messages: readonly Message[]; stop(): Promise<void> };

/** Starts the service on a free port of loopback. */
export async function startService(): Promise<DemoService> {
  let healthy = true;
  const server = createServer((_request, response) => {
    response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(healthy ? { status: 'ok' } : { status: 'down', cause: 'the disk is full' }));
  });
  return {
    url: `${await listen(server)}/healthz`,
    fail: () => {
      healthy = false;
    },
    heal: () => {
      healthy = true;
    },
    stop: () => close(server),
  };
}

/** Starts the receiver on a free port of loopback; `onMessage` sees each message as it comes. */
export async function startReceiver(onMessage: (message: Message) => void): Promise<Receiver> {
  const messages: Message[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await readText(request)) as { event: string; title: string; text: string };
    const message = {
      event: body.event,
      title: body.title,
      text: body.text,
      idempotencyKey: String(request.headers['idempotency-key']),
      signed: request.headers['x-hub-signature-256'] !== undefined,
    };
    messages.push(message);
    onMessage(message);
    response.writeHead(200).end();
  });
  return { url: `${await listen(server)}/hook`, messages, stop: () => close(server) };
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
