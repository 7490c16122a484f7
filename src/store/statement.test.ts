import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { insertMany } from './run.ts';
import { defineStatement } from './statement.ts';

type Values = { names: readonly string[]; least: number };

describeEachStore('a statement that is put together once', (open) => {
  it('runs with the values of each call, lists and repeated ones among them', async () => {
    const { ctx } = await open();
    let built = 0;
    const select = defineStatement<Values, { descending: boolean }, { name: string }>(
      ({ db, dialect, value }, { descending }) => {
        built++;
        return db
          .selectFrom('counter')
          .select('name')
          .where(dialect.isOneOf(sql.ref('name'), value('names')))
          .where((eb) => eb.or([eb('value', '>=', value('least')), eb('value', '=', value('least'))]))
          .orderBy('name', descending ? 'desc' : 'asc');
      },
    );
    await insertMany(ctx, 'counter', [
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
      { name: 'c"', value: 3 },
    ]);
    const names = async (shape: { descending: boolean }, values: Values) =>
      (await ctx.db.executeQuery(select(ctx, shape, values))).rows.map((row) => row.name);

    const forward = { descending: false };
    expect(await names(forward, { names: ['a', 'b', 'c"'], least: 1 })).toEqual(['a', 'b', 'c"']);
    expect(await names(forward, { names: ['c"'], least: 2 })).toEqual(['c"']);
    expect(await names(forward, { names: [], least: 0 })).toEqual([]);
    expect(built).toBe(1);
    expect(await names({ descending: true }, { names: ['a', 'b'], least: 0 })).toEqual(['b', 'a']);
    expect(built).toBe(2);
  });
});
