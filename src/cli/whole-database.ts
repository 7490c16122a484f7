import { openLog } from '../base.ts';
import { loadConfig } from '../config/index.ts';

/** What every command takes that works on the whole database. */
export type DatabaseOptions = { config?: string; json?: true };

/** Answers the configured database, not opened, and a log for what goes wrong: standard output belongs to the result. */
export async function findDatabase({ config: configPath }: DatabaseOptions) {
  const { store, log } = await loadConfig({ configPath, areJobsOptional: true });
  return { store, log: await openLog({ ...log, level: 'warn' }, process.stderr) };
}

/** Prints a result for people, or as JSON. */
export function printResult({ json }: DatabaseOptions, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
