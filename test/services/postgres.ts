import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

type Owner = { uid: number; gid: number };

// The keeper outlives whoever started it: when its standard input closes, be it by `stop` or because the
// parent was killed, it stops the server and removes the folder. It has a session of its own, out of reach of Ctrl-C.
const keeperScript = `
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
echo "$server"
read -r _
kill -INT "$server" 2>/dev/null && wait "$server"
cd / && rm -rf "$folder"
`;

// PostgreSQL refuses to run as root.
function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
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

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process any more: that is the answer.
    return false;
  }
}

async function stopKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const exited = once(keeper, 'exit');
  keeper.stdin?.end();
  await exited;
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
  const keeper = spawn('/bin/sh', ['-c', keeperScript, 'keeper', folder, ...command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...owner,
  });
  const stop = () => stopKeeper(keeper);
  const [firstLine] = await once(keeper.stdout, 'data');
  const pid = Number(String(firstLine));
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
