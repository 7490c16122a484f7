import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqlRecorder } from './migrate.ts';
import type { Database } from './schema.ts';

/** Answers a database that only writes down what it is asked, in the words of the engine. */
export function createRecorder(engine: 'sqlite' | 'postgres'): SqlRecorder {
  const statements: string[] = [];
  const isPostgres = engine === 'postgres';
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => (isPostgres ? new PostgresAdapter() : new SqliteAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => (isPostgres ? new PostgresIntrospector(db) : new SqliteIntrospector(db)),
      createQueryCompiler: () => (isPostgres ? new PostgresQueryCompiler() : new SqliteQueryCompiler()),
    },
    log: (event) => void statements.push(`${event.query.sql};`),
  });
  return { db, statements };
}
