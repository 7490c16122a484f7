import { join } from 'node:path';
import type { Running, Sandbox } from '../bench/harness/sandbox.ts';
import { waitUntil, waitUntilUp } from '../bench/harness/wait.ts';
import { createTocsinHome, launchTocsin, readAdminToken, type TocsinHome } from '../bench/sides/tocsin.ts';

export type Engine = 'sqlite' | 'postgres';

/** One of the processes that share a database; killed and started again many times. */
export type Member = {
  readonly name: string;
  readonly role: 'all' | 'worker';
  readonly home: TocsinHome;
  running: Running;
};

/** All processes on one database. */
export type Cluster = {
  readonly members: readonly Member[];
  /** Address of the PostgreSQL, or path of the SQLite file. */
  readonly database: string;
  readonly token: string;
  /** Ports of those that take reports. */
  readonly ports: readonly number[];
  /** Ends one at once and starts it again. */
  killAndRestart(member: Member): Promise<void>;
  /** Resolves when each that has a door is ready. */
  waitUntilReady(): Promise<void>;
  /** Asks all to stop; answers those that did not end well. */
  stop(): Promise<string[]>;
  /** Processes that ended without having been killed, with the end of their logs. */
  readonly accidents: readonly string[];
};

const readyWithinMs = 60_000;
// Quick to heal and to open anew, so that a short run sees many incidents of the same signatures. A worker that dies counts
// as an attempt, and a hundred die within minutes: with the 5 attempts of the shipped policy what is harmless looks like poison.
const policy = {
  defaults: { resolve_hold_seconds: 1, reopen_minutes: 0.05, poll_interval_seconds: 1, max_attempts: 100 },
};

/**
 * Starts two processes on one database and waits for the first: on PostgreSQL two whole ones with folders of their own, as
 * on two machines; on SQLite a whole one and a worker on the same file.
 */
export async function startCluster(
  sandbox: Sandbox,
  postgres: string | null,
  urlOf: (member: string) => string,
): Promise<Cluster> {
  const accidents: string[] = [];
  const createHome = (name: string, sharedDataDir: string | null) =>
    createTocsinHome(sandbox, { postgres, policy, config: tellEverything(urlOf(name)) }, sharedDataDir);
  const launch = (name: string, home: TocsinHome, role: Member['role']): Member => {
    const member = { name, role, home, running: launchTocsin(sandbox, home, role) };
    watch(member, accidents);
    return member;
  };
  const firstHome = await createHome('first', null);
  const first = launch('first', firstHome, 'all');
  await waitUntilReady(first);
  const isShared = postgres === null;
  const secondHome = await createHome('second', isShared ? firstHome.dataDir : null);
  const second = launch('second', secondHome, isShared ? 'worker' : 'all');
  const members = [first, second];
  const withDoor = members.filter(({ role }) => role === 'all');
  return {
    members,
    database: postgres ?? join(firstHome.dataDir, 'tocsin.db'),
    token: readAdminToken(firstHome),
    ports: withDoor.map(({ home }) => home.port),
    accidents,
    async killAndRestart(member) {
      await member.running.kill();
      member.running = launchTocsin(sandbox, member.home, member.role);
      watch(member, accidents);
    },
    waitUntilReady: async () => void (await Promise.all(withDoor.map(waitUntilReady))),
    stop: () => stopAll(members),
  };
}

function tellEverything(url: string) {
  return {
    channels: { hook: { type: 'webhook', url, timeout: '2s' } },
    routes: [{ name: 'all', channels: ['hook'], group_wait: '0s' }],
  };
}

/** A process may be ended while this waits, and another stands in its place then. */
async function waitUntilReady(member: Member): Promise<void> {
  const url = `http://127.0.0.1:${member.home.port}/readyz`;
  const isReady = () =>
    waitUntilUp(url, member.running).then(
      () => true,
      () => false,
    );
  const ready = await waitUntil(isReady, { everyMs: 50, timeoutMs: readyWithinMs });
  if (!ready) throw new Error(`${member.name} does not become ready:\n${member.running.readLog()}`);
}

function watch({ name, running }: Member, accidents: string[]): void {
  running.child.once('exit', (code, signal) => {
    if (signal === 'SIGKILL' || code === 0) return;
    accidents.push(`${name} ended with ${signal ?? code}: ${running.readLog()}`);
  });
}

async function stopAll(members: readonly Member[]): Promise<string[]> {
  await Promise.all(members.map(({ running }) => running.stop()));
  return members
    .filter(({ running }) => running.child.exitCode !== 0)
    .map(({ name, running }) => `${name}: ${running.child.signalCode ?? running.child.exitCode}`);
}
