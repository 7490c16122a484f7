import { type FileHandle, open } from 'node:fs/promises';

/** A log that never fails: what can't be written is not, and `problem` says why. */
export type LogFile = {
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Why the file does not hold all that it should, as `ENOSPC: …`; null where it does. */
  problem(): string | null;
};

/** Opens the file for appending, or makes it, mode 0600; a null path keeps no file. */
export async function openLogFile(path: string | null): Promise<LogFile> {
  let file: FileHandle | null = null;
  let problem: string | null = null;
  const guarded = async (act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      // The task is worth more than its log: it goes on, and its run says what happened.
      problem ??= error instanceof Error ? error.message : String(error);
    }
  };
  await guarded(async () => {
    if (path !== null) file = await open(path, 'a', 0o600);
  });
  return {
    async append(bytes) {
      // After a first problem the file would have a hole that nobody sees.
      if (problem === null) await guarded(async () => file?.appendFile(bytes));
    },
    close: () => guarded(async () => file?.close()),
    problem: () => problem,
  };
}
