import { type Kysely, sql } from 'kysely';
import { AppError } from '../core/errors.ts';
import type { Dialect } from './dialect.ts';
import { isMissingTable } from './errors.ts';
import { type Migration, migrations } from './migrations/index.ts';
import { createRecorder, type SqlRecorder } from './record.ts';
import type { Database } from './schema.ts';

/** Any fixed number: the advisory lock under which one process at a time migrates. */
const migrationLock = 7_106_021;

export type MigrationState = { name: string; appliedAt: number | null };

/**
 * Applies the migrations that are missing, each process in turn, all in one transaction; answers their names.
 * Throws CONFLICT where the database is newer than the program.
 */
export async function migrate(db: Kysely<Database>, dialect: Dialect, nowMs: number): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    if (dialect.engine === 'postgres')
      await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(transaction);
    await createMigrationTable(transaction);
    const missing = findMissing(await readApplied(transaction));
    const recorder = createRecorder(dialect.engine);
    for (const { name, up } of missing) {
      await up(recorder.db, dialect);
      await recorder.db.insertInto('migration').values({ name, applied_at: nowMs }).execute();
    }
    // One trip for all of them: a first start has more than a hundred statements.
    await dialect.runTogether(transaction, recorder.queries);
    return missing.map(({ name }) => name);
  });
}

/** Answers every migration with the time it was applied; null: missing. Reads only. */
export async function readMigrationState(db: Kysely<Database>): Promise<MigrationState[]> {
  const applied = await readApplied(db).catch((error: unknown) => {
    if (isMissingTable(error)) return [];
    throw error;
  });
  const names = new Set([...migrations.map(({ name }) => name), ...applied.map(({ name }) => name)]);
  return [...names].sort().map((name) => ({
    name,
    appliedAt: applied.find((row) => row.name === name)?.applied_at ?? null,
  }));
}

/** Throws CONFLICT where the database is of another version than the program. Reads only. */
export async function requireCurrent(db: Kysely<Database>): Promise<void> {
  const applied = (await readMigrationState(db)).flatMap(({ name, appliedAt }) =>
    appliedAt === null ? [] : [{ name }],
  );
  const missing = findMissing(applied).map(({ name }) => name);
  if (missing.length > 0)
    throw new AppError('CONFLICT', `the database lacks ${missing.join(', ')}: run tocsin migrate first`);
}

async function createMigrationTable(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('migration')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute();
}

function readApplied(db: Kysely<Database>): Promise<{ name: string; applied_at: number }[]> {
  return db.selectFrom('migration').selectAll().orderBy('name').execute();
}

function findMissing(applied: readonly { name: string }[]): Migration[] {
  const newest = migrations.at(-1)?.name ?? '';
  const unknown = applied.find((row) => !migrations.some((migration) => migration.name === row.name));
  if (unknown) {
    throw new AppError(
      'CONFLICT',
      `the database is newer than this program: it holds migration ${unknown.name}, the program ends at ${newest}; upgrade the program`,
    );
  }
  return migrations.filter((migration) => !applied.some((row) => row.name === migration.name));
}

/** Answers the SQL that `migrate` would run on the engine, without a database; `from` names what is applied already. */
export async function printMigrations(
  recorder: SqlRecorder,
  dialect: Dialect,
  applied: readonly string[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, up } of migrations.filter(({ name }) => !applied.includes(name))) {
    await up(recorder.db, dialect);
    lines.push(`-- ${name}`, ...recorder.queries.splice(0).map((query) => `${query.sql};`));
  }
  return lines;
}
