import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finding, findDatabaseTrouble, makeBackup, restoreBackup } from '../backups.ts';
import { type DatabaseOptions, findDatabase, printResult } from './whole-database.ts';

/** Runs `tocsin backup`. */
export async function runBackup(file: string, options: DatabaseOptions & { force?: true }): Promise<void> {
  const { store, log } = await findDatabase(options);
  const path = resolve(file);
  await makeBackup(store, path, options.force === true, log);
  const bytes = statSync(path).size;
  printResult(options, { file: path, bytes }, `wrote ${path}, ${bytes} bytes`);
}

/** Runs `tocsin restore`. */
export async function runRestore(file: string, options: DatabaseOptions): Promise<void> {
  const { store, log } = await findDatabase(options);
  const { migrated, kept } = await restoreBackup(store, resolve(file), log);
  const lines = [
    `restored ${file}`,
    ...migrated.map((name) => `applied ${name}`),
    ...(kept === null ? [] : [`what was there before is ${kept}; remove it when all is well`]),
  ];
  printResult(options, { file: resolve(file), migrated, kept }, lines.join('\n'));
}

/** Runs `tocsin db check`: a line for each thing that was looked at; exit code 1 where one failed. */
export async function runDatabaseCheck(options: DatabaseOptions): Promise<void> {
  const { store, log } = await findDatabase(options);
  const findings = await findDatabaseTrouble(store, log);
  if (findings.some(({ status }) => status === 'fail')) process.exitCode = 1;
  printResult(options, findings, findings.map(describe).join('\n'));
}

function describe({ status, name, detail, fix }: Finding): string {
  const line = `${status.padEnd(5)} ${name}: ${detail}`;
  return fix === null ? line : `${line}\n      fix: ${fix}`;
}
