import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { type CompiledQuery, type Ctx, insertMany, inTransaction } from './index.ts';

const awkward = [
  'tab\tline\nreturn\rend',
  '\\N',
  '\\.',
  'back\\slash\\',
  '',
  `it's "quoted", $1 {a,b} 🔔`,
  'null',
];

const insertLeases = (
  ctx: Ctx,
  rows: readonly { name: string; holder: string; until_at: number }[],
  beside: readonly CompiledQuery[] = [],
) =>
  ctx.dialect.insertFresh(
    ctx.db,
    'lease',
    rows,
    {
      columns: { name: 'text', holder: 'text', until_at: 'bigint' },
      alike: { token: `'t'` },
      lockOrder: 'name',
      onConflict: 'on conflict (name) do nothing',
      returning: 'name',
    },
    beside,
  );

const listLeases = (ctx: Ctx) => ctx.db.selectFrom('lease').selectAll().orderBy('until_at').execute();

describeEachStore('rows that hardly meet one that is there', (open) => {
  it('are written as they are, with what is alike in all of them', async () => {
    const { ctx } = await open();
    const rows = awkward.map((holder, i) => ({ name: `n${i}${holder}`, holder, until_at: i }));
    expect((await insertLeases(ctx, rows)).written.toSorted()).toEqual(
      rows.map(({ name }) => name).toSorted(),
    );
    expect(await listLeases(ctx)).toEqual(rows.map((row) => ({ ...row, token: 't' })));
    const beside = ctx.db
      .insertInto('counter')
      .values({ name: 'beside', value: 1 })
      .returning('name')
      .compile();
    expect(await insertLeases(ctx, [], [beside])).toEqual({ written: [], besideToo: true });
    expect(await ctx.db.selectFrom('counter').selectAll().execute()).toEqual([{ name: 'beside', value: 1 }]);
  });

  it('leave out those that meet one, and say which were written', async () => {
    const { ctx } = await open();
    await insertMany(ctx, 'lease', [{ name: 'held', holder: 'before', token: 't', until_at: 0 }]);
    const rows = ['z', 'held', 'a'].map((name, i) => ({ name, holder: 'now', until_at: i + 1 }));
    expect((await insertLeases(ctx, rows)).written.toSorted()).toEqual(['a', 'z']);
    const holders = (await listLeases(ctx)).map(({ name, holder }) => [name, holder]);
    expect(holders).toEqual([
      ['held', 'before'],
      ['z', 'now'],
      ['a', 'now'],
    ]);
  });

  it('leave nothing behind where one cannot be written at all, and the connection goes on', async () => {
    const { ctx } = await open();
    const rows = ['a', null, 'c'].map((name, i) => ({ name: name as string, holder: 'h', until_at: i }));
    await expect(insertLeases(ctx, rows)).rejects.toThrow();
    expect(await listLeases(ctx)).toEqual([]);
    const others = Array.from({ length: 3 }, (_, i) => ({
      name: `${i}`,
      holder: 'h',
      token: 't',
      until_at: i,
    }));
    await inTransaction(ctx, (ctx) => insertMany(ctx, 'lease', others));
    expect((await insertLeases(ctx, [{ name: '9', holder: 'h', until_at: 9 }])).written).toEqual(['9']);
    expect(await listLeases(ctx)).toHaveLength(4);
  });

  it('are there or not, as they are told of, where what goes beside them fails', async () => {
    const { ctx } = await open();
    const counter = { name: null as unknown as string, value: 1 };
    const beside = ctx.db.insertInto('counter').values(counter).compile();
    const inserting = insertLeases(ctx, [{ name: 'a', holder: 'h', until_at: 1 }], [beside]);
    // One writer writes both together.
    if (ctx.dialect.hasOneWriter) await expect(inserting).rejects.toThrow();
    else expect(await inserting).toEqual({ written: ['a'], besideToo: false });
    expect(await listLeases(ctx)).toHaveLength(ctx.dialect.hasOneWriter ? 0 : 1);
  });
});
