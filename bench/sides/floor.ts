import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../harness/sandbox.ts';
import { findFreePort, waitUntilUp } from '../harness/wait.ts';
import type { Server } from './server.ts';
import { buildTocsinBody } from './tocsin.ts';

const program = fileURLToPath(new URL('../floors/ingest-server.ts', import.meta.url));

/** Starts the bare server that shows what durable ingest costs at the least; its disk is that of the sandbox. */
export async function startFloor(sandbox: Sandbox): Promise<Server> {
  const port = await findFreePort();
  const file = join(sandbox.makeFolder('floor'), 'floor.db');
  const running = sandbox.start('floor', [process.execPath, program, String(port), file]);
  await waitUntilUp(`http://127.0.0.1:${port}/readyz`, running);
  return {
    port,
    path: '/v1/alerts',
    token: null,
    running,
    buildBody: buildTocsinBody,
    accepted: '"accepted":true',
    stop: () => running.stop(),
  };
}
