import { copyFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { fillEveryTable, readEveryTable, readShapes } from '../../../test/every-table.ts';
import { makeTestFolder, openUntilTheEnd } from '../../../test/folders.ts';
import { freshSchema } from '../../../test/services/database.ts';
import { describeSharedStores, quietLog, type StoreHarness } from '../../../test/stores.ts';
import {
  backUp,
  type Ctx,
  insertMany,
  inTransaction,
  migrate,
  restore,
  type Store,
  type StoreOptions,
} from '../index.ts';
import { migrations } from '../migrations/index.ts';
import { dataTables, tableKeys } from './tables.ts';

async function backUpInto(folder: string, { options }: Pick<StoreHarness, 'options'>): Promise<string> {
  const path = join(folder, 'copy.db');
  await backUp(options, { path, overwrite: false, nowMs: 5 }, quietLog);
  return path;
}

const restoreInto = (options: StoreOptions, path: string) => restore(options, { path, nowMs: 9 }, quietLog);

const remember = (ctx: Ctx, namespace: string, keys: readonly string[]) =>
  insertMany(
    ctx,
    'monitor_state',
    keys.map((key) => ({ namespace, key, value: '1', updated_at: 1 })),
  );

const emptyTargets: Readonly<Record<string, (folder: string) => Promise<StoreOptions>>> = {
  'a SQLite file': async (folder) => ({ backend: 'sqlite', path: join(folder, 'new/tocsin.db') }),
  PostgreSQL: async () => ({ backend: 'postgres', dsn: await freshSchema() }),
};

it('every table is copied, by its primary key, and none before what its rows refer to', async () => {
  const shapes = await readShapes();
  const keyOf = (columns: (typeof shapes)[number]['columns']) =>
    columns
      .filter(({ pk }) => pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map(({ name }) => name);
  const expected = Object.fromEntries(shapes.map(({ table, columns }) => [table, keyOf(columns)]));
  expect(tableKeys).toEqual(expected);
  expect(dataTables.indexOf('incident')).toBeLessThan(dataTables.indexOf('incident_signature'));
});

describeSharedStores('a backup', (openHarness) => {
  it.each(Object.keys(emptyTargets))('holds every row, and is restored into %s', async (engine) => {
    const harness = await openHarness();
    const folder = await makeTestFolder();
    await fillEveryTable(harness.ctx);
    await remember(
      harness.ctx,
      'pages',
      Array.from({ length: 1200 }, (_, i) => `k-${i}_${i % 7}É`),
    );
    const before = await readEveryTable(harness.ctx);
    const path = await backUpInto(folder, harness);
    const target = await emptyTargets[engine]?.(folder);
    if (!target) return expect.unreachable();
    expect(await restoreInto(target, path)).toMatchObject({ kept: null });
    expect(await readEveryTable(await openUntilTheEnd(target))).toEqual(before);
  });

  it('holds one moment, whatever is written meanwhile', async () => {
    const harness = await openHarness();
    const names = Array.from({ length: 700 }, (_, i) => `n${String(i).padStart(3, '0')}`);
    await insertMany(
      harness.ctx,
      'counter',
      names.map((name) => ({ name, value: 0 })),
    );
    let isOver = false;
    const add = () =>
      inTransaction(harness.ctx, (ctx) =>
        ctx.db.updateTable('counter').set({ value: sql`value + 1` }).execute(),
      );
    const writing = (async () => {
      while (!isOver) await add();
    })();
    await add();
    const path = await backUpInto(await makeTestFolder(), harness);
    isOver = true;
    await writing;
    const copy = await openUntilTheEnd({ backend: 'sqlite', path });
    const values = await copy.db.selectFrom('counter').select('value').distinct().execute();
    expect(values).toEqual([{ value: expect.any(Number) }]);
    expect(values[0]?.value).toBeGreaterThan(0);
  });

  it('is one file for its user alone, and overwrites another only when asked to', async () => {
    const harness = await openHarness();
    const folder = await makeTestFolder();
    const path = await backUpInto(folder, harness);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await remember(harness.ctx, 'later', ['k']);
    await expect(backUpInto(folder, harness)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('--force'),
    });
    await backUp(harness.options, { path, overwrite: true, nowMs: 6 }, quietLog);
    expect(await readdir(folder)).toEqual(['copy.db']);
    expect(
      await (await openUntilTheEnd({ backend: 'sqlite', path })).db
        .selectFrom('monitor_state')
        .selectAll()
        .execute(),
    ).toHaveLength(1);
  });

  it('that cannot be made leaves no file', async () => {
    const folder = await makeTestFolder();
    const gone: StoreOptions = { backend: 'sqlite', path: join(folder, 'none.db') };
    await expect(backUpInto(folder, { options: gone })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await writeFile(gone.path, 'no database');
    await expect(backUpInto(folder, { options: gone })).rejects.toThrow('not a database');
    expect(await readdir(folder)).toEqual(['none.db']);
  });
});

describeSharedStores('restoring', (openHarness) => {
  /** A database with a server on it, a backup of it, and what came after. */
  async function prepare() {
    const harness = await openHarness();
    const folder = await makeTestFolder();
    await remember(harness.ctx, 'then', ['k']);
    const path = await backUpInto(folder, harness);
    await remember(harness.ctx, 'since', ['k']);
    return { harness, folder, path };
  }
  const namespaces = async ({ db }: Store) =>
    (await db.selectFrom('monitor_state').select('namespace').orderBy('namespace').execute()).map(
      ({ namespace }) => namespace,
    );

  it('is refused while a server runs; afterwards what was there is gone from the database, and kept where it was a file', async () => {
    const { harness, path } = await prepare();
    const { store, options } = harness;
    const wakeUps = store.createWakeUps(harness.clock);
    await new Promise<void>((resolve) => {
      wakeUps.start(() => resolve());
      if (options.backend === 'sqlite') resolve();
    });
    await expect(restoreInto(options, path)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await namespaces(store)).toEqual(['since', 'then']);
    await wakeUps.stop();
    if (options.backend === 'sqlite') await store.close();
    const { kept } = await restoreInto(options, path);
    expect(await namespaces(await openUntilTheEnd(options))).toEqual(['then']);
    if (options.backend !== 'sqlite') return expect(kept).toBeNull();
    expect(kept).toBe(`${options.path}.before-1970-01-01T00-00-00-009Z`);
    expect(await namespaces(await openUntilTheEnd({ backend: 'sqlite', path: kept ?? '' }))).toEqual([
      'since',
      'then',
    ]);
  });

  it('brings an older backup up to date, and refuses a newer one with both versions', async () => {
    const { harness, folder } = await prepare();
    const newest = migrations.at(-1)?.name ?? '';
    if (harness.options.backend === 'sqlite') await harness.store.close();
    const old = await openUntilTheEnd({ backend: 'sqlite', path: join(folder, 'old.db') });
    await old.db.schema
      .createTable('migration')
      .addColumn('name', 'text')
      .addColumn('applied_at', 'bigint')
      .execute();
    for (const { name, up } of migrations.slice(0, -1)) {
      await up(old.db, old.dialect);
      await old.db.insertInto('migration').values({ name, applied_at: 1 }).execute();
    }
    expect((await restoreInto(harness.options, join(folder, 'old.db'))).migrated).toEqual([newest]);
    await migrate(old.db, old.dialect, 1);
    await old.db.insertInto('migration').values({ name: '9999-later', applied_at: 1 }).execute();
    await expect(restoreInto(harness.options, join(folder, 'old.db'))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(new RegExp(`old\\.db.*9999-later.*${newest}`)),
    });
  });

  it('refuses what is no backup, and leaves the database as it is', async () => {
    const { harness, folder, path } = await prepare();
    if (harness.options.backend === 'sqlite') await harness.store.close();
    const bad = (name: string) => join(folder, name);
    await writeFile(bad('empty'), '');
    await writeFile(bad('text'), 'no database at all');
    await copyFile(path, bad('torn'));
    await writeFile(bad('torn'), 'x'.repeat(9000), { flag: 'r+' });
    for (const name of ['empty', 'text', 'torn'])
      await expect(restoreInto(harness.options, bad(name))).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        message: expect.stringContaining(bad(name)),
      });
    await expect(restoreInto(harness.options, bad('none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await namespaces(await openUntilTheEnd(harness.options))).toEqual(['since', 'then']);
  });
});
