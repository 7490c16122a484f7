import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finding, findDatabaseTrouble, makeBackup, restoreBackup } from '../backups.ts';
import { openLog } from '../base.ts';
import { loadConfig } from '../config/index.ts';

type Options = { config?: string; json?: true };

/** Runs `tocsin backup`. */
export async function runBackup(file: string, options: Options & { force?: true }): Promise<void> {
  const { store, log } = await open(options);
  const path = resolve(file);
  await makeBackup(store, path, options.force === true, log);
  const bytes = statSync(path).size;
  print(options, { file: path, bytes }, `wrote ${path}, ${bytes} bytes`);
}

/** Runs `tocsin restore`. */
export async function runRestore(file: string, options: Options): Promise<void> {
  const { store, log } = await open(options);
  const { migrated, kept } = await restoreBackup(store, resolve(file), log);
  const lines = [
    `restored ${file}`,
    ...migrated.map((name) => `applied ${name}`),
    ...(kept === null ? [] : [`what was there before is ${kept}; remove it when all is well`]),
  ];
  print(options, { file: resolve(file), migrated, kept }, lines.join('\n'));
}

/** Runs `tocsin db check`: a line for each thing that was looked at; exit code 1 where one failed. */
export async function runDatabaseCheck(options: Options): Promise<void> {
  const { store, log } = await open(options);
  const findings = await findDatabaseTrouble(store, log);
  if (findings.some(({ status }) => status === 'fail')) process.exitCode = 1;
  print(options, findings, findings.map(describe).join('\n'));
}

function describe({ status, name, detail, fix }: Finding): string {
  const line = `${status.padEnd(5)} ${name}: ${detail}`;
  return fix === null ? line : `${line}\n      fix: ${fix}`;
}

async function open({ config: configPath }: Options) {
  const { store, log } = await loadConfig({ configPath });
  // Standard output belongs to the result.
  return { store, log: await openLog({ ...log, level: 'warn' }, process.stderr) };
}

function print({ json }: Options, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
