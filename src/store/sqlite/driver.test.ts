import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { quietLog } from '../../../test/stores.ts';
import { type Database, isUniqueViolation, openStore, type Store } from '../index.ts';
import { SqliteThreadsDriver } from './driver.ts';

async function openFile(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  const store = await openStore({ backend: 'sqlite', path: join(folder, 'tocsin.db') }, quietLog);
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  await sql`create table counter (name text primary key, value integer)`.execute(store.db);
  return store;
}

/** A select that keeps a core busy for a second or more. */
function selectSlowly(db: Kysely<Database>): Promise<unknown> {
  const numbers = sql<{
    n: number;
  }>`(with recursive r(n) as (select 1 union all select n + 1 from r where n < 5000000) select n from r)`;
  return db
    .selectFrom(numbers.as('numbers'))
    .select((eb) => eb.fn.sum('numbers.n').as('sum'))
    .execute();
}

const write = (db: Kysely<Database>, name: string) =>
  db.insertInto('counter').values({ name, value: 1 }).execute();

describe('a SQLite file', () => {
  it('takes writes, reads and timers while a slow read is under way', async () => {
    const { db } = await openFile();
    let slowEnded = false;
    const slow = selectSlowly(db).then(() => {
      slowEnded = true;
    });
    let turns = 0;
    for (let i = 0; i < 10; i++) {
      await write(db, `n${i}`);
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    const read = await db.selectFrom('counter').selectAll().execute();
    expect({ turns, rows: read.length, slowEnded }).toEqual({ turns: 10, rows: 10, slowEnded: false });
    await slow;
  });

  it('lets no other write into an open transaction', async () => {
    const { db } = await openFile();
    const order: string[] = [];
    let outside: Promise<void> = Promise.resolve();
    await db.transaction().execute(async (transaction) => {
      await write(transaction, 'first');
      outside = write(db, 'outside').then(() => void order.push('outside'));
      await write(transaction, 'second');
      order.push('transaction');
    });
    await outside;
    expect(order).toEqual(['transaction', 'outside']);
  });

  it('is not held by a transaction that does nothing, nor by one whose first statement fails', async () => {
    const { db } = await openFile();
    await db.transaction().execute(async () => {});
    await expect(
      db.transaction().execute((transaction) => sql`select * from nowhere`.execute(transaction)),
    ).rejects.toThrow('no such table');
    await expect(
      db.transaction().execute(async () => {
        throw new Error('before the first');
      }),
    ).rejects.toThrow('before the first');
    await write(db, 'a');
  });

  it('goes on in a transaction in which one statement has failed', async () => {
    const { db } = await openFile();
    await write(db, 'taken');
    await db.transaction().execute(async (transaction) => {
      const error = await write(transaction, 'taken').catch((error: unknown) => error);
      expect(isUniqueViolation(error)).toBe(true);
      await write(transaction, 'other');
    });
    expect(await db.selectFrom('counter').selectAll().execute()).toHaveLength(2);
  });

  it('says no to what cannot be bound, instead of writing null', async () => {
    const { db } = await openFile();
    for (const value of [new Date(), { a: 1 }, [1], () => 1, Symbol('s')]) {
      const insert = CompiledQuery.raw('insert into counter values (?, ?)', ['x', value]);
      await expect(db.executeQuery(insert)).rejects.toThrow(/cannot be bound|could not be cloned/);
    }
    await sql`insert into counter values (${'bool'}, ${true}), (${'none'}, ${undefined})`.execute(db);
    const rows = await db.selectFrom('counter').selectAll().orderBy('name').execute();
    expect(rows).toEqual([
      { name: 'bool', value: 1 },
      { name: 'none', value: null },
    ]);
  });

  it('serves no stream', async () => {
    const { db } = await openFile();
    await expect(db.selectFrom('counter').selectAll().stream().next()).rejects.toThrow('page by key');
  });

  it('fails what is under way when it is closed, and says so to what comes later', async () => {
    const store = await openFile();
    const slow = selectSlowly(store.db).catch((error: unknown) => error);
    await write(store.db, 'a');
    await store.close();
    expect(await slow).toMatchObject({ message: 'the database is closed' });
    await expect(store.ping()).rejects.toThrow();
  });
});

describe('a database thread that ended', () => {
  async function openDriver(): Promise<SqliteThreadsDriver> {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
    const driver = new SqliteThreadsDriver(join(folder, 'tocsin.db'));
    onTestFinished(async () => {
      await driver.destroy();
      await rm(folder, { recursive: true, force: true });
    });
    return driver;
  }
  const ask = async (driver: SqliteThreadsDriver, statement: string) =>
    (await driver.acquireConnection()).executeQuery(CompiledQuery.raw(statement));

  it('is replaced at the next write, and never within a transaction', async () => {
    const driver = await openDriver();
    await ask(driver, 'create table t (a)');
    const connection = await driver.acquireConnection();
    await driver.beginTransaction(connection);
    await connection.executeQuery(CompiledQuery.raw('insert into t values (1)'));
    await driver.writer.close();
    await expect(connection.executeQuery(CompiledQuery.raw('insert into t values (2)'))).rejects.toThrow();
    await expect(driver.commitTransaction(connection)).rejects.toThrow('the database is closed');
    await driver.releaseConnection(connection);
    await ask(driver, 'insert into t values (3)');
    expect((await ask(driver, 'select a from t')).rows).toEqual([{ a: 3 }]);
  });
});

it('holds on to no answer of what it sent', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const driver = new SqliteThreadsDriver(':memory:');
  onTestFinished(() => driver.destroy());
  const statements = [{ sql: 'select 1', sets: { count: 1, shared: [], values: [] } }];
  const ask = async () => new WeakRef(await driver.sendWhole({ kind: 'run', statements, scope: 'none' }));
  const answers = [await ask(), await ask(), await ask()];
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(answers.map((answer) => answer.deref())).toEqual([undefined, undefined, undefined]);
});
