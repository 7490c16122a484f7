import { execa } from 'execa';
import { lastWords } from './decide.ts';
import { signalGroup, unavailable } from './run-tool.ts';
import type { Guard, Limits } from './types.ts';

const waitMs = 60_000;

/*
 * Runs under flock: says that it has the lock, hears which process group is at work for us, and ends when its standard input
 * does. Where that is because we were killed, it ends that group first (asked first, git takes its own lock files away): else
 * the next one would work beside what we have left running.
 */
const holderScript = `echo held
while read -r group; do running=$group; done
[ -n "$running" ] && kill -TERM "-$running" || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; kill -0 "-$running" || exit 0; done
kill -KILL "-$running"`;

/**
 * Does the work while no other process of this machine does work under the same file. The lock is the kernel's (flock), held by
 * a small process that ends with us, so that nobody who died still holds it. Throws UNAVAILABLE after a minute of waiting.
 */
export async function withFileLock<Result>(
  path: string,
  limits: Limits,
  work: (guard: Guard) => Promise<Result>,
): Promise<Result> {
  const holder = startHolder(path);
  try {
    await requireHeld(holder, path, limits);
    return await work({ watch: (group) => void holder.stdin.write(`${group ?? ''}\n`) });
  } finally {
    holder.stdin.end();
    await holder;
  }
}

function startHolder(path: string) {
  const holder = execa('flock', ['-x', path, 'sh', '-c', holderScript], {
    stdin: 'pipe',
    buffer: { stdout: false, stderr: true },
    reject: false,
    detached: true,
  });
  // One that was killed is seen by its end; what we would have told it is of no use then.
  holder.stdin.on('error', () => {});
  return holder;
}

type Holder = ReturnType<typeof startHolder>;

async function requireHeld(holder: Holder, path: string, { clock, signal }: Limits): Promise<void> {
  const settled = new AbortController();
  const outcome = await Promise.race([
    new Promise<'held'>((resolve) => holder.stdout.once('data', () => resolve('held'))),
    holder.then((ended) => ended),
    clock.wait(waitMs, AbortSignal.any([signal, settled.signal])).then(() => 'late' as const),
  ]);
  settled.abort();
  if (outcome === 'held') return;
  signalGroup(holder.pid, 'SIGKILL');
  if (outcome === 'late')
    throw unavailable(signal.aborted ? 'stopped' : `another sync of this checkout holds ${path}`);
  if (outcome.code === 'ENOENT')
    throw unavailable('flock is not installed (it is in the package util-linux)');
  throw unavailable(`${path} could not be locked: ${lastWords(outcome.stderr)}`);
}
