import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { findFreePort, isRunning, keepServer } from './keeper.ts';
import { installPackage, isRunnable } from './programs.ts';

const readyWithinMs = 10_000;
const startAttempts = 5;

/** A private Redis on loopback that keeps nothing. */
export type PrivateRedis = {
  url: string;
  port: number;
  pid: number;
  /** Sends a command in one line; answers what it says. */
  say(command: string): Promise<string>;
  stop(): Promise<void>;
};

export type RedisOptions = {
  /** Any free one where absent. */
  port?: number;
  password?: string;
};

/** Starts a private Redis, gone when the test ends. As root on a Debian-like system a missing one is installed. */
export async function startRedis({ port, password }: RedisOptions = {}): Promise<PrivateRedis> {
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const redis = await tryStart(port ?? (await findFreePort()), password);
    if (redis) return redis;
  }
  throw new Error(`Redis found no free port in ${startAttempts} attempts`);
}

async function tryStart(port: number, password: string | undefined): Promise<PrivateRedis | null> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'));
  const settings = { bind: '127.0.0.1', port: String(port), save: '', appendonly: 'no', dir: folder };
  const secret = password === undefined ? {} : { requirepass: password };
  const args = Object.entries({ ...settings, ...secret }).flatMap(([name, value]) => [`--${name}`, value]);
  const { pid, stop } = await keepServer({
    folder,
    command: [requireRedisServer(), ...args],
    endSignal: 'TERM',
  });
  onTestFinished(async () => {
    // One that a test has stopped does not hear that it is to end.
    if (isRunning(pid)) process.kill(pid, 'SIGCONT');
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const logPath = join(folder, 'log');
  const readLog = () => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : '');
  const deadline = performance.now() + readyWithinMs;
  while (isRunning(pid) && performance.now() < deadline) {
    if (readLog().includes('Ready to accept connections')) {
      const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
      return { url, port, pid, say: (command) => say(port, command), stop };
    }
    await sleep(5);
  }
  const log = readLog();
  await stop();
  if (log.includes('Address already in use')) return null;
  throw new Error(`Redis did not start:\n${log}`);
}

/** Redis takes commands as lines too, and answers those in its protocol. */
function say(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(String(chunk).trim());
    });
    socket.once('error', reject);
  });
}

function requireRedisServer(): string {
  const found = findRedisServer();
  if (found) return found;
  installPackage('redis-server');
  const installed = findRedisServer();
  if (installed) return installed;
  throw new Error('the tests need Redis: install it (Debian, Ubuntu: apt-get install redis-server)');
}

function findRedisServer(): string | undefined {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, 'redis-server')).find(isRunnable);
}
