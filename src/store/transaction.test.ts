import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import { type Ctx, inTransaction, openStore, runAfterCommit } from './index.ts';

const insert = (ctx: Ctx, name: string, value = 1) =>
  ctx.db.insertInto('counter').values({ name, value }).execute();
const names = async (ctx: Ctx) =>
  (await ctx.db.selectFrom('counter').select('name').orderBy('name').execute()).map((row) => row.name);

/** Reads, thinks, writes: what two at once do wrong unless the loser starts again. */
async function countOne(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .selectFrom('counter')
      .selectAll()
      .where('name', '=', 'hits')
      .modifyEnd(ctx.dialect.forUpdate)
      .executeTakeFirst();
    if (!row) await insert(ctx, 'hits');
    else
      await ctx.db
        .updateTable('counter')
        .set({ value: row.value + 1 })
        .where('name', '=', 'hits')
        .execute();
  });
}

const coded = (code: string) => Object.assign(new Error('lost'), { code });

describeEachStore('a transaction', (open) => {
  it('leaves nothing of it when the work throws or a statement fails, nested or not, and the next one is not hindered', async () => {
    const { ctx } = await open();
    const told: string[] = [];
    const failing = inTransaction(ctx, async (ctx) => {
      runAfterCommit(ctx, () => told.push('never'));
      await insert(ctx, 'outer');
      await inTransaction(ctx, (ctx) => insert(ctx, 'nested'));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(told).toEqual([]);
    await inTransaction(ctx, (ctx) => insert(ctx, 'next'));
    expect(await names(ctx)).toEqual(['next']);

    const refused = inTransaction(ctx, async (ctx) => {
      await insert(ctx, 'a');
      await sql`insert into nowhere values (1)`.execute(ctx.db);
    });
    await expect(refused).rejects.toThrow(/nowhere/);
    expect(await names(ctx)).toEqual(['next']);
  });

  it('does not hold what goes through the outer database', async () => {
    const { ctx } = await open();
    let outside: Promise<unknown> = Promise.resolve();
    const failing = inTransaction(ctx, async (inner) => {
      await insert(inner, 'inside');
      // On SQLite it waits for this very transaction: to await it here would never end.
      outside = insert(ctx, 'outside');
      throw new Error('back');
    });
    await expect(failing).rejects.toThrow('back');
    await outside;
    expect(await names(ctx)).toEqual(['outside']);
  });

  it('hands its own database inside, which one within joins, and does after the commit what is asked for', async () => {
    const { ctx } = await open();
    const done: string[] = [];
    await inTransaction(ctx, async (ctx) => {
      runAfterCommit(ctx, () => done.push('first'));
      await inTransaction(ctx, async (ctx) => runAfterCommit(ctx, () => done.push('second')));
      expect(done).toEqual([]);
    });
    runAfterCommit(ctx, () => done.push('at once'));
    expect(done).toEqual(['first', 'second', 'at once']);

    await inTransaction(ctx, async (inner) => {
      expect(inner.db).not.toBe(ctx.db);
      expect(inner.db.isTransaction).toBe(true);
      await inTransaction(inner, async (nested) => expect(nested).toBe(inner));
    });
    expect(ctx.db.isTransaction).toBe(false);
  });

  it('is tried again from the start after a lost race, five times at most, and tells what it did once', async () => {
    const { ctx } = await open();
    for (const code of ['40001', '40P01', 'SQLITE_BUSY', '23505', 'SQLITE_CONSTRAINT_UNIQUE']) {
      const told: string[] = [];
      let tries = 0;
      await inTransaction(ctx, async (ctx) => {
        runAfterCommit(ctx, () => told.push(code));
        await insert(ctx, code);
        if (++tries < 3) throw coded(code);
      });
      expect({ code, tries, told }).toEqual({ code, tries: 3, told: [code] });
    }
    expect(await names(ctx)).toHaveLength(5);

    for (const [code, allowed] of [
      ['40001', 5],
      ['22P02', 1],
    ] as const) {
      let tries = 0;
      const failing = inTransaction(ctx, async () => {
        tries++;
        throw coded(code);
      });
      await expect(failing).rejects.toMatchObject({ code });
      expect(tries).toBe(allowed);
    }
  });

  it('loses no count among 16 that race for a row which is not there yet', async () => {
    const { ctx } = await open();
    await Promise.all(Array.from({ length: 16 }, () => countOne(ctx)));
    expect(await ctx.db.selectFrom('counter').selectAll().execute()).toEqual([{ name: 'hits', value: 16 }]);
  });
});

describeSharedStores('a transaction of several processes', (open) => {
  it('loses no count', async () => {
    const { ctx, clock, options } = await open();
    const second = await openStore(options, quietLog);
    onTestFinished(() => second.close());
    const others = [ctx, createTestCtx(second, clock)];
    await Promise.all(Array.from({ length: 8 }, () => others.map(countOne)).flat());
    expect(await ctx.db.selectFrom('counter').selectAll().execute()).toEqual([{ name: 'hits', value: 16 }]);
  });

  it('is seen by itself at once, and by others after its commit', async () => {
    const { ctx } = await open();
    await inTransaction(ctx, async (inner) => {
      await insert(inner, 'a');
      expect(await names(inner)).toEqual(['a']);
      expect(await names(ctx)).toEqual([]);
    });
    expect(await names(ctx)).toEqual(['a']);
  });
});

describe('a deadlock', () => {
  describeSharedStores('between two that lock crosswise', (open) => {
    it('ends with both done, on PostgreSQL by a second try', async () => {
      const { ctx } = await open();
      await insert(ctx, 'a', 0);
      await insert(ctx, 'b', 0);
      let arrived = 0;
      let meet = () => {};
      const bothHoldOne = new Promise<void>((resolve) => {
        meet = resolve;
      });
      const add = (ctx: Ctx, name: string) =>
        sql`update counter set value = value + 1 where name = ${name}`.execute(ctx.db);
      const crosswise = (first: string, second: string) =>
        inTransaction(ctx, async (ctx) => {
          if (ctx.dialect.engine === 'postgres')
            await sql`set local deadlock_timeout = '20ms'`.execute(ctx.db);
          await add(ctx, first);
          if (++arrived === 2 || ctx.dialect.engine === 'sqlite') meet();
          await bothHoldOne;
          await add(ctx, second);
        });
      await Promise.all([crosswise('a', 'b'), crosswise('b', 'a')]);
      const rows = await ctx.db.selectFrom('counter').selectAll().orderBy('name').execute();
      expect(rows).toEqual([
        { name: 'a', value: 2 },
        { name: 'b', value: 2 },
      ]);
    });
  });
});
