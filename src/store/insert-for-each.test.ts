import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { type Ctx, insertMany, inTransaction, runStatements, writeLater } from './index.ts';

const counters = (ctx: Ctx) => ctx.db.selectFrom('counter').selectAll().orderBy('name').execute();

describeEachStore('a statement with an insert for each row that it answers', (open) => {
  it('writes them with values of the row and others, together or not at all, and answers as it would alone', async () => {
    const { ctx } = await open();
    const leases = () => ctx.db.selectFrom('lease').selectAll().orderBy('name').execute();
    const raise = (least: number, holder: string) =>
      ctx.dialect
        .insertForEach(
          ctx.db
            .updateTable('counter')
            .set((eb) => ({ value: eb('value', '+', 1) }))
            .where('value', '>=', least)
            .returning(['name', 'value']),
          { table: 'lease', taken: { name: 'name', until_at: 'value' }, alike: { token: 't', holder } },
        )
        .compile();
    await insertMany(ctx, 'counter', [
      { name: 'a', value: 1 },
      { name: 'b"', value: 2 },
      { name: 'c', value: 3 },
    ]);
    const { rows } = await ctx.db.executeQuery(raise(2, 'me'));
    expect(rows).toEqual(
      expect.arrayContaining([
        { name: 'b"', value: 3 },
        { name: 'c', value: 4 },
      ]),
    );
    const written = [
      { name: 'b"', token: 't', holder: 'me', until_at: 3 },
      { name: 'c', token: 't', holder: 'me', until_at: 4 },
    ];
    expect(await leases()).toEqual(written);
    expect(await runStatements(ctx, [raise(9, 'me')])).toEqual([[]]);

    const before = await counters(ctx);
    await expect(ctx.db.executeQuery(raise(3, 'another'))).rejects.toThrow();
    await expect(runStatements(ctx, [raise(3, 'another')])).rejects.toThrow();
    expect(await counters(ctx)).toEqual(before);
    await inTransaction(ctx, (ctx) => writeLater(ctx, [raise(1, 'me')])).catch(() => {});
    expect([await counters(ctx), await leases()]).toEqual([before, written]);
    await ctx.db.deleteFrom('lease').execute();
    await inTransaction(ctx, (ctx) =>
      writeLater(ctx, [
        raise(4, 'later'),
        ctx.db.insertInto('counter').values({ name: 'd', value: 0 }).compile(),
      ]),
    );
    expect(await leases()).toEqual([{ name: 'c', token: 't', holder: 'later', until_at: 5 }]);
  });
});
