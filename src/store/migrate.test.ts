import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema } from '../../test/services/database.ts';
import { describeEachStore, describeSharedStores, quietLog, type StoreHarness } from '../../test/stores.ts';
import { migrate, openStore, readMigrationState, type Store, type StoreOptions } from './index.ts';
import { migrations } from './migrations/index.ts';

const names = migrations.map((migration) => migration.name);

/** Answers an empty database of the same engine. */
async function emptyOptions({ options }: StoreHarness): Promise<StoreOptions> {
  if (options.backend === 'postgres') return { backend: 'postgres', dsn: await freshSchema() };
  return options.backend === 'memory'
    ? options
    : { ...options, path: join(dirname(options.path), 'empty.db') };
}

async function openUntilTheEnd(options: StoreOptions): Promise<Store> {
  const store = await openStore(options, quietLog);
  onTestFinished(() => store.close());
  return store;
}

const run = promisify(execFile);

/** Opens and migrates in a process of its own; answers what it applied. */
async function migrateElsewhere(options: StoreOptions): Promise<string[]> {
  const script = `
    import { migrate, openStore } from './src/store/index.ts';
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const store = await openStore(JSON.parse(process.argv[1]), log);
    console.log(JSON.stringify(await migrate(store.db, store.dialect, 1)));
    await store.close();`;
  const args = ['--input-type=module', '--eval', script, JSON.stringify(options)];
  return JSON.parse((await run(process.execPath, args)).stdout);
}

describeEachStore('migrations', (open) => {
  it('are applied once, and told with their time', async () => {
    const harness = await open();
    const store = await openUntilTheEnd(await emptyOptions(harness));
    expect(await readMigrationState(store.db)).toEqual(names.map((name) => ({ name, appliedAt: null })));
    expect(await migrate(store.db, store.dialect, 42)).toEqual(names);
    expect(await migrate(store.db, store.dialect, 43)).toEqual([]);
    expect(await readMigrationState(store.db)).toEqual(names.map((name) => ({ name, appliedAt: 42 })));
  });

  it('make views for people; those of a newer program are refused by name, beside the last that this one knows', async () => {
    const harness = await open();
    const store = await openUntilTheEnd(await emptyOptions(harness));
    await migrate(store.db, store.dialect, 0);
    await store.db.insertInto('migration').values({ name: '9999-from-the-future', applied_at: 7 }).execute();
    await expect(migrate(store.db, store.dialect, 42)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(new RegExp(`9999-from-the-future.*${names.at(-1)}`)),
    });
    const state = await readMigrationState(store.db);
    expect(state.at(-1)).toEqual({ name: '9999-from-the-future', appliedAt: 7 });

    const catalog =
      store.dialect.engine === 'postgres'
        ? sql<{
            name: string;
          }>`select table_name as name from information_schema.views where table_schema = current_schema()`
        : sql<{ name: string }>`select name from sqlite_master where type = 'view'`;
    const views = (await catalog.execute(store.db)).rows.map((row) => row.name);
    expect(views).toEqual(
      expect.arrayContaining([
        'alerts',
        'incidents',
        'incident_events',
        'incident_signature_state',
        'notifications',
      ]),
    );
    for (const view of views) await sql`select * from ${sql.table(view)}`.execute(store.db);
  });

  it('fail as a whole', async () => {
    const harness = await open();
    const store = await openUntilTheEnd(await emptyOptions(harness));
    // What stands in the way of the last view lets all that was made before it go.
    await sql`create table component_statuses (x text)`.execute(store.db);
    await expect(migrate(store.db, store.dialect, 42)).rejects.toThrow(/component_statuses/);
    expect(await readMigrationState(store.db)).toEqual(names.map((name) => ({ name, appliedAt: null })));
    await expect(store.db.selectFrom('alert').selectAll().execute()).rejects.toThrow(/alert/);
    await sql`drop table component_statuses`.execute(store.db);
    expect(await migrate(store.db, store.dialect, 42)).toEqual(names);
  });
});

describeSharedStores('migrations by several processes that start together', (open) => {
  it('are applied by one of them', async () => {
    const options = await emptyOptions(await open());
    const here = async () => {
      const store = await openUntilTheEnd(options);
      return migrate(store.db, store.dialect, 1);
    };
    const applied = await Promise.all([
      migrateElsewhere(options),
      migrateElsewhere(options),
      ...Array.from({ length: 4 }, here),
    ]);
    expect(applied.filter((list) => list.length > 0)).toEqual([names]);
  });
});

describe('on PostgreSQL', () => {
  it('a table of the same name in another schema is none of ours', async () => {
    const other = await openUntilTheEnd({ backend: 'postgres', dsn: await freshSchema() });
    await migrate(other.db, other.dialect, 1);
    const store = await openUntilTheEnd({ backend: 'postgres', dsn: await freshSchema() });
    expect(await readMigrationState(store.db)).toEqual(names.map((name) => ({ name, appliedAt: null })));
  });
});
