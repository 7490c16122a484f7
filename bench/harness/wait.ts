import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './sandbox.ts';

const upWithinMs = 30_000;

/** Answers a port of 127.0.0.1 that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

/** Resolves when the address answers 200. Throws with the end of the log of a process that exits, or is not up within 30 s. */
export async function waitUntilUp(url: string, running: Running): Promise<void> {
  const isUp = async () => {
    if (running.hasExited()) throw new Error(`${running.name} has exited:\n${running.readLog()}`);
    return (await statusOf(url)) === 200;
  };
  const up = await waitUntil(isUp, { everyMs: 2, timeoutMs: upWithinMs });
  if (!up) throw new Error(`${running.name} does not answer ${url}:\n${running.readLog()}`);
}

async function statusOf(url: string): Promise<number | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    // Not listening yet.
    return null;
  }
}

/** Asks until the answer is true; answers false where it is not within the time. */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  { everyMs, timeoutMs }: { everyMs: number; timeoutMs: number },
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (await isTrue()) return true;
    await sleep(everyMs);
  }
  return false;
}
