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
  addBackups(program);
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
  addStateFiles(program);
}

function addBackups(program: Command): void {
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
}

function addStateFiles(program: Command): void {
  leaf(program, 'state export', 'Write what another host needs to go on: what lives, and what was told of it')
    .argument('<file>', 'where to')
    .option('--hand-over', 'end the work of this host in the same moment, so that no two tell the same')
    .option('--wait <duration>', 'with --hand-over: how long what is under way may take to end', '60s')
    .option('--force', 'overwrite the file')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (file, options) => {
      const { runStateExport } = await import('./state-file.ts');
      await runStateExport(file, options);
    });
  leaf(program, 'state import', 'Go on where another host has ended, from the file that it exported')
    .argument('<file>', 'what `tocsin state export` wrote')
    .option('--force', 'empty the database before')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (file, options) => {
      const { runStateImport } = await import('./state-file.ts');
      await runStateImport(file, options);
    });
  leaf(program, 'state resume', 'Take back what this host has handed over, where the other one does not run')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runStateResume } = await import('./state-file.ts');
      await runStateResume(options);
    });
}
