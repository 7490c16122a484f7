import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whom a server runs as, where it is not us. */
export type Owner = { uid: number; gid: number };

/** A server that goes, with its folder, when `stop` is called or who started it dies. */
export type KeptServer = { pid: number; stop: () => Promise<void> };

// The keeper outlives whoever started it: when its standard input closes, be it by `stop` or because the
// parent was killed, it stops the server and removes the folder. It has a session of its own, out of reach of Ctrl-C.
const keeperScript = `
folder=$1; signal=$2; shift 2
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
echo "$server"
read -r _
kill -s "$signal" "$server" 2>/dev/null && wait "$server"
cd / && rm -rf "$folder"
`;

type ToKeep = {
  /** Where it runs; its log is the file `log` there. */
  folder: string;
  command: readonly string[];
  /** What ends it at once and cleanly. */
  endSignal: 'INT' | 'TERM';
  owner?: Owner | undefined;
};

/** Starts a server. */
export async function keepServer({ folder, command, endSignal, owner }: ToKeep): Promise<KeptServer> {
  const keeper = spawn('/bin/sh', ['-c', keeperScript, 'keeper', folder, endSignal, ...command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...owner,
  });
  const [firstLine] = await once(keeper.stdout, 'data');
  return { pid: Number(String(firstLine)), stop: () => stopKeeper(keeper) };
}

/** Answers whether the process is there. */
export function isRunning(pid: number): boolean {
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

/** Answers a port of 127.0.0.1 that nobody listens on now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
