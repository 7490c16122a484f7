import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/core/log.ts';
import { migrate, openStore, type StoreOptions } from '../../src/store/index.ts';
import { createSchema } from './database.ts';

/*
 * Databases that are migrated already. To migrate one for every test took most of the time of all tests; that each
 * migration works on its own is what src/store/migrate.test.ts shows.
 */

/** Schemas of this process that a test has used and left empty, each as whole as it was. */
const spareDsns: string[] = [];
/** What a whole schema consists of. */
let wholeShape: string | null = null;
let template: Promise<string> | null = null;

/** Answers the address of an empty, migrated schema that is this test's alone; it stays for a look where the test fails. */
export async function migratedSchema(log: Log): Promise<string> {
  const dsn = spareDsns.pop() ?? (await createMigratedSchema(log));
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') return;
    if (await emptySchema(dsn)) spareDsns.push(dsn);
  });
  return dsn;
}

async function createMigratedSchema(log: Log): Promise<string> {
  const { dsn } = await createSchema();
  await migrateOnce({ backend: 'postgres', dsn }, log);
  wholeShape ??= await withClient(dsn, readShape);
  return dsn;
}

/** Makes an empty, migrated SQLite file at the path. */
export async function writeMigratedFile(path: string, log: Log): Promise<void> {
  template ??= createTemplate(log);
  await copyFile(await template, path);
}

async function createTemplate(log: Log): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'tocsin-template-')), 'tocsin.db');
  await migrateOnce({ backend: 'sqlite', path }, log);
  return path;
}

async function migrateOnce(options: StoreOptions, log: Log): Promise<void> {
  const store = await openStore(options, log);
  await migrate(store.db, store.dialect, 0);
  await store.close();
}

/** Answers whether it is as migrations made it; a test may break its own. A connection that still holds a lock then fails the test. */
async function emptySchema(dsn: string): Promise<boolean> {
  return withClient(dsn, async (client) => {
    if ((await readShape(client)) !== wholeShape) return false;
    const { rows } = await client.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = current_schema() and tablename <> 'migration'`,
    );
    const deletions = rows.map(({ tablename }) => `delete from ${tablename}`);
    // As a replica it looks at no foreign keys, so that the order of the tables does not matter.
    const settings = [`set session_replication_role = replica`, `set lock_timeout = '5s'`];
    await client.query([...settings, ...deletions].join('; '));
    return true;
  });
}

async function withClient<Result>(dsn: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client(dsn);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Answers the tables, views, indexes and triggers of a schema, and the migrations that it says it has. */
async function readShape(client: Client): Promise<string> {
  const { rows } = await client.query<{ shape: string }>(`
    select string_agg(name, ',' order by name) as shape from (
      select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace
      union all select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
        where relnamespace = current_schema()::regnamespace and not tgisinternal
      union all select name from migration
    ) as names`);
  return rows[0]?.shape ?? '';
}
