import { type Kysely, sql } from 'kysely';
import { AppError } from '../../core/errors.ts';
import type { Database } from '../schema.ts';

// Any fixed number; the second half of the key is the schema, as the locks belong to the whole database.
const lock = '7106022, hashtext(current_schema())';

/** What a server says on the connection that it keeps while it runs, so that nobody takes the tables away under it. */
export const holdPresence = `select pg_advisory_lock_shared(${lock})`;

/** Keeps servers away until the open transaction ends. Throws CONFLICT where one runs. */
export async function keepServersAway(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{
    alone: boolean;
  }>`select pg_try_advisory_xact_lock(${sql.raw(lock)}) as alone`.execute(db);
  if (!rows[0]?.alone)
    throw new AppError('CONFLICT', 'a Tocsin server runs on this database; stop it, and try again');
}
