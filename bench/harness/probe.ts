import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

/** Looks into the database of a running server from outside. */
export type Probe = {
  /** Answers the one number that a select yields. */
  count(select: string): Promise<number>;
  close(): Promise<void>;
};

/** Opens a probe on the address of a PostgreSQL, or on the path of a SQLite file. */
export async function openProbe(target: string): Promise<Probe> {
  if (!target.startsWith('postgres')) {
    const database = new DatabaseSync(target, { readOnly: true, timeout: 10_000 });
    return {
      count: async (select) => Number(Object.values(database.prepare(select).get() ?? {})[0]),
      close: async () => database.close(),
    };
  }
  const client = new Client(target);
  await client.connect();
  return {
    count: async (select) => Number(Object.values((await client.query(select)).rows[0] ?? {})[0]),
    close: () => client.end(),
  };
}
