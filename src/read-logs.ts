import { hostname } from 'node:os';
import { openBase } from './base.ts';
import type { Config } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { Log } from './core/log.ts';
import { createLogWriter, openLogs } from './runs/index.ts';

/** Hands on, as text for people, what the tasks of a run wrote, from the files on this machine. Throws NOT_FOUND, UNAVAILABLE. */
export async function readLogsHere(
  { config, log }: { config: Config; log: Log },
  wanted: Omit<Parameters<typeof openLogs>[1], 'host'>,
  take: (text: string) => void,
): Promise<void> {
  const base = await openBase({ config, log });
  try {
    const write = createLogWriter();
    const ctx = base.context(systemActor('cli'), null);
    for await (const piece of await openLogs(ctx, { ...wanted, host: hostname() }))
      if (piece) take(write(piece));
  } finally {
    await base.close();
  }
}
