import {
  type Dialect as KyselyDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { SqliteThreadsDriver } from './driver.ts';

/** Answers Kysely's dialect on database threads, and a way to copy the database while it is in use. */
export function createSqliteEngine(path: string): { dialect: KyselyDialect } {
  const driver = new SqliteThreadsDriver(path);
  return {
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  };
}
