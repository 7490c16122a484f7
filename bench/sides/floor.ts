import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../harness/sandbox.ts';
import { findFreePort, waitUntilUp } from '../harness/wait.ts';
import type { Server } from './server.ts';
import { buildTocsinBody } from './tocsin.ts';

const floorProgram = fileURLToPath(new URL('../floors/ingest-server.ts', import.meta.url));
const leastProgram = fileURLToPath(new URL('../floors/least-server.ts', import.meta.url));
const messageProgram = fileURLToPath(new URL('../floors/message-server.ts', import.meta.url));
const rungProgram = fileURLToPath(new URL('../floors/rung-server.ts', import.meta.url));

/** What stands between bare parts and Tocsin: rows of its own schema, and reports by its own action. */
export type Rung = 'rows' | 'reports';

/** Starts the bare server that shows what durable ingest costs at the least; without an empty PostgreSQL it is on SQLite. */
export function startFloor(sandbox: Sandbox, postgres: string | null = null): Promise<Server> {
  return startBare(sandbox, floorProgram, postgres, []);
}

/** Starts the bare server that does with a report what has to be done, and nothing else. */
export async function startLeast(sandbox: Sandbox, postgres: string | null = null): Promise<Server> {
  return { ...(await startBare(sandbox, leastProgram, postgres, [])), token: 'least' };
}

/** Starts a server that is the floor with parts of Tocsin in place of bare ones. */
export function startRung(sandbox: Sandbox, rung: Rung, postgres: string | null = null): Promise<Server> {
  return startBare(sandbox, rungProgram, postgres, [rung]);
}

/** Starts the bare server that shows what a durable message costs at the least. */
export function startMessageFloor(
  sandbox: Sandbox,
  receiverUrl: string,
): Promise<Server & { database: string }> {
  return startBare(sandbox, messageProgram, null, [receiverUrl]);
}

async function startBare(
  sandbox: Sandbox,
  program: string,
  postgres: string | null,
  more: readonly string[],
): Promise<Server & { database: string }> {
  const port = await findFreePort();
  const cwd = sandbox.makeFolder('floor');
  const database = postgres ?? join(cwd, 'floor.db');
  const command = [process.execPath, program, String(port), database, ...more] as const;
  const running = sandbox.start('floor', [...command], { cwd });
  await waitUntilUp(`http://127.0.0.1:${port}/readyz`, running);
  return {
    port,
    database,
    path: '/v1/alerts',
    token: null,
    running,
    buildBody: buildTocsinBody,
    accepted: '"accepted":true',
    stop: () => running.stop(),
  };
}
