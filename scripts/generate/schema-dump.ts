import { CompiledQuery } from 'kysely';
import { createRecorder, migrate, openStore, printMigrations } from '../../src/store/index.ts';
import { postgresDialect } from '../../src/store/postgres/dialect.ts';

const silentLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Answers the schema as SQLite keeps it after all migrations. */
export async function dumpSqlite(): Promise<string> {
  const store = await openStore({ backend: 'memory' }, silentLog);
  try {
    await migrate(store.db, store.dialect, 0);
    const query = `select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by rowid`;
    const { rows } = await store.db.executeQuery(CompiledQuery.raw(query));
    return toFile(rows.map((row) => `${(row as { sql: string }).sql};`));
  } finally {
    await store.close();
  }
}

/** Answers the statements of all migrations in the words of PostgreSQL. */
export async function dumpPostgres(): Promise<string> {
  return toFile(await printMigrations(createRecorder('postgres'), postgresDialect, []));
}

function toFile(statements: readonly string[]): string {
  return `-- Made from the migrations by \`npm run generate\`.\n${statements.join('\n')}\n`;
}
