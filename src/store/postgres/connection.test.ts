import { CompiledQuery, Kysely, sql } from 'kysely';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema } from '../../../test/services/database.ts';
import { quietLog } from '../../../test/stores.ts';
import { isSerializationFailure } from '../index.ts';
import { pipeline, Together } from './connection.ts';
import { createPostgresEngine, everydayLimits } from './engine.ts';
import { createPlanNames } from './plan-names.ts';

type Tables = { held: { a: number } };

let db: Kysely<Tables>;
beforeEach(async () => {
  db = new Kysely<Tables>({ dialect: createPostgresEngine(await freshSchema(), quietLog, everydayLimits) });
  onTestFinished(() => db.destroy());
  await sql`create table held (a int primary key)`.execute(db);
});

const add = (a: number) => CompiledQuery.raw('insert into held values ($1) returning a', [a]);
const together = (...statements: CompiledQuery[]) =>
  CompiledQuery.raw('-- together', [new Together(statements, false)]);
const kept = async () => (await db.selectFrom('held').select('a').orderBy('a').execute()).map(({ a }) => a);

describe('statements that go to PostgreSQL at once', () => {
  it('answer the rows of each, and are one transaction', async () => {
    const answer = await db.executeQuery(together(add(1), add(2), CompiledQuery.raw('select 3 as a')));
    expect(answer.rows).toEqual([[{ a: 1 }], [{ a: 2 }], [{ a: 3 }]]);
    expect(await kept()).toEqual([1, 2]);
  });

  it('leave nothing where one of them fails, and say which fault it was, not what followed', async () => {
    const work = db.executeQuery(together(add(1), add(2), add(2), add(3)));
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await kept()).toEqual([]);
    await db.executeQuery(together(add(4)));
    expect(await kept()).toEqual([4]);
  });

  it('join an open transaction, and end with it', async () => {
    const work = db.transaction().execute(async (transaction) => {
      await transaction.executeQuery(together(add(1), add(2)));
      throw new Error('no more');
    });
    await expect(work).rejects.toThrow('no more');
    expect(await kept()).toEqual([]);
    await db.transaction().execute((transaction) => transaction.executeQuery(together(add(3))));
    expect(await kept()).toEqual([3]);
  });

  it('cost an empty transaction nothing, and the next one begins anew', async () => {
    await db.transaction().execute(async () => {});
    const isOpen = sql<{ open: boolean }>`select transaction_timestamp() < statement_timestamp() as open`;
    await db.transaction().execute(async (transaction) => {
      await transaction.executeQuery(add(1));
      expect((await isOpen.execute(transaction)).rows).toEqual([{ open: true }]);
    });
    expect(await kept()).toEqual([1]);
  });
});

describe('statements that are prepared', () => {
  const all = () => CompiledQuery.raw('select * from held where a > $1', [0]);
  const alter = () => sql`alter table held add column b int`.execute(db);
  /** On the one connection that work which never overlaps is given. */
  const prepare = async () => {
    for (let times = 0; times < 4; times++) await db.executeQuery(all());
  };
  const named = async () =>
    (await sql`select name from pg_prepared_statements where statement = ${all().sql}`.execute(db)).rows;

  it('are so once they run often', async () => {
    await db.executeQuery(all());
    expect(await named()).toEqual([]);
    await prepare();
    expect(await named()).toHaveLength(1);
  });

  it('answer what the table has become, alone and together', async () => {
    await prepare();
    await alter();
    await db.executeQuery(add(1));
    expect((await db.executeQuery(all())).rows).toEqual([{ a: 1, b: null }]);
    await prepare();
    await sql`alter table held drop column b`.execute(db);
    expect((await db.executeQuery(together(add(2), all()))).rows[1]).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('let a transaction be done again where the table has changed under it', async () => {
    await prepare();
    await alter();
    const begun = db.transaction().execute(async (transaction) => {
      await transaction.executeQuery(all());
      return transaction.executeQuery(add(1));
    });
    expect((await begun).rows).toEqual([{ a: 1 }]);
    await prepare();
    await sql`alter table held drop column b`.execute(db);
    const underWay = db.transaction().execute(async (transaction) => {
      await transaction.executeQuery(add(2));
      return transaction.executeQuery(all());
    });
    expect(isSerializationFailure(await underWay.catch((error: unknown) => error))).toBe(true);
    expect(await kept()).toEqual([1]);
    expect((await db.executeQuery(all())).rows).toEqual([{ a: 1 }]);
  });
});

describe('processes whose connections a pooler exchanges', () => {
  const select = 'select a from held where a = $1';
  const remove = 'delete from held where a = $1 returning a';

  it('never run a statement of each other', async () => {
    const pool = new pg.Pool({ connectionString: await freshSchema(), pipeline: true });
    onTestFinished(() => pool.end());
    const [first, second] = [await pool.connect(), await pool.connect()];
    onTestFinished(() => [first, second].forEach((client) => void client.release()));
    await first.query('create table held (a int primary key); insert into held values (1)');
    const [one, other] = [createPlanNames().of(first), createPlanNames().of(second)];
    for (let times = 0; times < 3; times++) {
      await pipeline(first, one).query(select, [1]);
      await pipeline(second, other).query(remove, [2]);
    }
    exchange(first, second);
    expect((await pipeline(second, one).query(select, [1])).rows).toEqual([{ a: 1 }]);
    expect((await pipeline(first, other).query(remove, [2])).rows).toEqual([]);
    expect((await first.query('select a from held')).rows).toEqual([{ a: 1 }]);
  });

  /** What each process has prepared stays known to it. */
  function exchange(...clients: [pg.PoolClient, pg.PoolClient]): void {
    const [first, second] = clients.map(
      ({ connection }) => connection as unknown as { parsedStatements: object },
    );
    if (!first || !second) return;
    [first.parsedStatements, second.parsedStatements] = [second.parsedStatements, first.parsedStatements];
    expect(Object.keys(first.parsedStatements)).toHaveLength(1);
  }
});
