import { stat } from 'node:fs/promises';
import { createReloader, type Reloader, type ReloadOptions } from './reload.ts';

export type ConfigWatchOptions = ReloadOptions & {
  /** Between two looks at the files; default 1 s. */
  intervalMs?: number;
};

export type ConfigWatch = Pick<Reloader, 'reload' | 'status'> & {
  start(): void;
  /** Resolves when no reload is under way. */
  stop(): Promise<void>;
  /** Looks at the files once; answers whether something had changed. */
  tick(): Promise<boolean>;
};

/** Watches the files of a configuration by polling, which sees replaced files, links and network folders alike. */
export function watchConfig(options: ConfigWatchOptions): ConfigWatch {
  const { clock, intervalMs = 1000 } = options;
  const reloader = createReloader(options);
  const abort = new AbortController();
  let readSignature: string | null = null;
  let seenSignature: string | null = null;
  let loop: Promise<void> = Promise.resolve();

  const tick = async () => {
    const signature = await signatureOf(reloader.current().watchedFiles);
    readSignature ??= signature;
    const isSettled = signature === seenSignature;
    seenSignature = signature;
    if (signature === readSignature) return false;
    // A file that still changes may be half written: wait until it rests for one look.
    if (!isSettled) return true;
    readSignature = signature;
    await reloader.reload();
    return true;
  };
  const run = async () => {
    while (!abort.signal.aborted) {
      // What a callback throws must not end the watch; `status` tells of the problem all the same.
      await tick().catch(() => undefined);
      await clock.wait(intervalMs, abort.signal);
    }
  };
  return {
    start: () => {
      loop = run();
    },
    stop: async () => {
      abort.abort();
      await loop;
      await reloader.idle();
    },
    tick,
    reload: reloader.reload,
    status: reloader.status,
  };
}

// The inode sees a file that was replaced by another of the same size within one tick of the file system's clock.
async function signatureOf(paths: readonly string[]): Promise<string> {
  const parts = paths.map(async (path) => {
    const stats = await stat(path, { bigint: true }).catch(() => null);
    return stats === null ? 'absent' : `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  });
  return (await Promise.all(parts)).join(' ');
}
