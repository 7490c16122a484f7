import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, isRunning, keepServer, type Owner } from './keeper.ts';
import { requirePostgresBinaries } from './postgres-binaries.ts';

const readyWithinMs = 30_000;
const startAttempts = 5;

/** A private PostgreSQL on loopback; `url` is a superuser's. */
export type PrivatePostgres = {
  url: string;
  host: string;
  port: number;
  /** The postmaster's process id. */
  pid: number;
  /** Stops the server and removes its folder; calling it again changes nothing. */
  stop: () => Promise<void>;
};

// PostgreSQL refuses to run as root.
function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function createCluster(binaries: string, folder: string, owner: Owner | undefined): void {
  const args = ['--pgdata', join(folder, 'data'), '--username=tocsin', '--auth=trust', '--encoding=UTF8'];
  execFileSync(join(binaries, 'initdb'), [...args, '--no-locale', '--no-sync', '--no-instructions'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...owner,
  });
}

function serverSettings(port: number, fsync: boolean): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    ...(fsync ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

// postmaster.pid says "ready" in its eighth line. Asking the port instead could be answered by another server.
function isReady(folder: string): boolean {
  const file = join(folder, 'data', 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}

async function startServer(
  binaries: string,
  port: number,
  fsync: boolean,
): Promise<PrivatePostgres | undefined> {
  const owner = serverOwner();
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-postgres-'));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  try {
    createCluster(binaries, folder, owner);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const command = [join(binaries, 'postgres'), '-D', join(folder, 'data'), ...serverSettings(port, fsync)];
  const { pid, stop } = await keepServer({ folder, command, endSignal: 'INT', owner });
  const deadline = performance.now() + readyWithinMs;
  while (isRunning(pid) && performance.now() < deadline) {
    if (isReady(folder))
      return { url: `postgres://tocsin@127.0.0.1:${port}/postgres`, host: '127.0.0.1', port, pid, stop };
    await sleep(10);
  }
  const log = readFileSync(join(folder, 'log'), 'utf8');
  await stop();
  // Somebody took the port between our look and the server's start.
  if (log.includes('Address already in use')) return undefined;
  throw new Error(`PostgreSQL did not start:\n${log}`);
}

/**
 * Starts a private PostgreSQL in a temporary folder on a free port, ready in about a second. Without `fsync` it
 * forgets on a power cut, which tests do not mind; figures and durability are shown with it. The server goes
 * and its folder is removed on `stop`, and also when the process that started it dies.
 */
export async function startPostgres(options: { fsync?: boolean } = {}): Promise<PrivatePostgres> {
  const binaries = requirePostgresBinaries();
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const server = await startServer(binaries, await findFreePort(), options.fsync ?? false);
    if (server) return server;
  }
  throw new Error(`PostgreSQL found no free port in ${startAttempts} attempts`);
}
