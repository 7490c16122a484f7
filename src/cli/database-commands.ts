import type { Command } from 'commander';
import { configOption, leaf } from './leaf.ts';

/** Adds the commands that have the whole database for their object, and work on it beside any server. */
export function addDatabaseCommands(program: Command): void {
  leaf(program, 'migrate', 'Bring the database up to date')
    .addOption(configOption())
    .option('--dsn <dsn>', 'a PostgreSQL address, instead of the configured database')
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--status', 'print which migrations are applied')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runMigrate } = await import('./migrate.ts');
      await runMigrate(options);
    });
  leaf(program, 'backup', 'Write a consistent copy of the database into a file, while Tocsin runs')
    .argument('<file>', 'where to; it can be restored into SQLite and PostgreSQL')
    .option('--force', 'overwrite the file')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (file, options) => {
      const { runBackup } = await import('./backup.ts');
      await runBackup(file, options);
    });
  leaf(program, 'restore', 'Put a backup in the place of the database, while Tocsin does not run')
    .argument('<file>', 'what `tocsin backup` wrote')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (file, options) => {
      const { runRestore } = await import('./backup.ts');
      await runRestore(file, options);
    });
  leaf(
    program,
    'db check',
    'Look whether the database is whole and keeps what must hold; exit 1 where it does not',
  )
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runDatabaseCheck } = await import('./backup.ts');
      await runDatabaseCheck(options);
    });
}
