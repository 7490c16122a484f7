import { openLog } from '../base.ts';
import { loadConfig } from '../config/index.ts';
import { readLogsHere } from '../read-logs.ts';
import type { CommonOptions } from './main.ts';
import { addressAt, streamRemotely } from './run-remote.ts';

export type LogOptions = CommonOptions & { task?: string; follow?: true };

/** Runs `tocsin runs logs`: prints what the tasks of a run wrote, and with `--follow` what they still write. */
export async function runLogsCommand(runId: string, options: LogOptions): Promise<void> {
  const { url, task = null, follow = false } = options;
  if (url !== undefined) return followThere(runId, { ...options, url });
  const config = await loadConfig({ configPath: options.config, areJobsOptional: true });
  const log = await openLog({ ...config.log, level: 'warn' }, process.stderr);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
  await readLogsHere({ config, log }, { runId, task, follow, signal: stopping.signal }, printOutput);
}

/** Prints what the tasks of a run on a server wrote. Throws what the server answers, and UNAVAILABLE. */
export function followThere(runId: string, options: LogOptions & { url: string }): Promise<void> {
  const { task, follow = false } = options;
  const url = addressAt(options.url, `/v1/runs/${encodeURIComponent(runId)}/logs`);
  if (task !== undefined) url.searchParams.set('task', task);
  if (follow) url.searchParams.set('follow', 'true');
  return streamRemotely(url, options, printOutput);
}

/** What a task wrote cannot command the terminal; a file gets it as it is. */
function printOutput(text: string): void {
  process.stdout.write(process.stdout.isTTY ? text.replaceAll(/[^\P{Cc}\n\t]/gu, ' ') : text);
}
