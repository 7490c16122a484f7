import { openLog } from '../base.ts';
import { loadConfig } from '../config/index.ts';
import { toIso } from '../core/clock.ts';
import { applyMigrations, planMigrations, readMigrations } from '../migrations.ts';
import { printResult } from './whole-database.ts';

export type MigrateOptions = { config?: string; dsn?: string; dryRun?: true; status?: true; json?: true };

/** Runs `tocsin migrate`: applies what is missing, or prints it, or says how things stand. */
export async function runMigrate(options: MigrateOptions): Promise<void> {
  const { log, store } = await loadConfig({
    configPath: options.config,
    areJobsOptional: true,
    ...(options.dsn === undefined ? {} : { flags: { dsn: options.dsn } }),
  });
  const quiet = await openLog({ ...log, level: 'warn' }, process.stderr);
  if (options.status) {
    const states = (await readMigrations(store, quiet)).map(({ name, appliedAt }) => ({
      name,
      applied_at: toIso(appliedAt),
    }));
    const lines = states.map(({ name, applied_at }) => `${name}  ${applied_at ?? 'missing'}`);
    return printResult(options, states, lines.join('\n'));
  }
  if (options.dryRun) {
    const statements = await planMigrations(store, quiet);
    return printResult(options, statements, statements.join('\n') || '-- the database is up to date');
  }
  const applied = await applyMigrations(store, quiet);
  printResult(options, { applied }, applied.map((name) => `applied ${name}`).join('\n') || 'up to date');
}
