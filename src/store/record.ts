import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Database } from './schema.ts';

export type SqlRecorder = { db: Kysely<Database>; queries: CompiledQuery[] };

/** Answers a database that only writes down what it is asked, in the words of the engine. */
export function createRecorder(engine: 'sqlite' | 'postgres'): SqlRecorder {
  const queries: CompiledQuery[] = [];
  const isPostgres = engine === 'postgres';
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => (isPostgres ? new PostgresAdapter() : new SqliteAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => (isPostgres ? new PostgresIntrospector(db) : new SqliteIntrospector(db)),
      createQueryCompiler: () => (isPostgres ? new PostgresQueryCompiler() : new SqliteQueryCompiler()),
    },
    log: (event) => void queries.push(event.query),
  });
  return { db, queries };
}
