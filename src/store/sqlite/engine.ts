import {
  type Dialect as KyselyDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { SqliteThreadsDriver } from './driver.ts';

/** Kysely's own would let one query run at a time; here the driver knows who has to wait for whom. */
class SqliteThreadsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Answers Kysely's dialect on database threads, which start now and run until it is closed. */
export function createSqliteEngine(path: string): { dialect: KyselyDialect; close(): Promise<void> } {
  const driver = new SqliteThreadsDriver(path);
  return {
    close: () => driver.destroy(),
    dialect: {
      createAdapter: () => new SqliteThreadsAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  };
}
