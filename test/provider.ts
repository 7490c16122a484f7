import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { SeenRequest } from './misbehaving-target.ts';

export type ProviderAnswer = { status?: number; body?: string; headers?: Record<string, string> };

/** A service on loopback that answers everything as it was last told, and keeps what it was asked. */
export type Provider = { url: string; requests: SeenRequest[]; answer(next: ProviderAnswer): void };

/** Starts a service that answers 200 and `{}` until it is told otherwise, and ends with the test. */
export async function startProvider(first: ProviderAnswer = {}): Promise<Provider> {
  let answer = first;
  const requests: SeenRequest[] = [];
  const server = createServer(({ method = '', url: path = '', headers }, response) => {
    requests.push({ method, path, headers, body: '' });
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer(next) {
      answer = next;
    },
  };
}
