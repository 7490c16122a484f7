import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

const int8 = 20;

/** Looks into the database of a running server from outside. */
export type Probe = {
  rows<Row>(select: string): Promise<Row[]>;
  /** Answers the one number that a select yields. */
  count(select: string): Promise<number>;
  close(): Promise<void>;
};

/** Opens a probe on the address of a PostgreSQL, or on the path of a SQLite file. */
export async function openProbe(
  target: string,
  access: 'read-only' | 'writable' = 'read-only',
): Promise<Probe> {
  const { rows, close } = target.startsWith('postgres')
    ? await openPostgres(target)
    : openSqlite(target, access);
  const count = async (select: string) => {
    const [row = {}] = await rows<object>(select);
    return Number(Object.values(row)[0]);
  };
  return { rows, count, close };
}

type Reader = Pick<Probe, 'rows' | 'close'>;

function openSqlite(path: string, access: 'read-only' | 'writable'): Reader {
  const database = new DatabaseSync(path, { readOnly: access === 'read-only', timeout: 10_000 });
  return {
    rows: async <Row>(select: string) => database.prepare(select).all() as Row[],
    close: async () => database.close(),
  };
}

async function openPostgres(url: string): Promise<Reader> {
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format ?? 'text');
  const types = { getTypeParser } as pg.CustomTypesConfig;
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  return {
    rows: async <Row>(select: string) => (await client.query(select)).rows as Row[],
    close: () => client.end(),
  };
}
