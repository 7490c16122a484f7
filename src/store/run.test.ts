import { CompiledQuery, sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import type { UpdateOptions } from './dialect.ts';
import { ask, type Ctx, insertMany, inTransaction, runStatements, updateMany, writeLater } from './index.ts';

const counters = (ctx: Ctx) => ctx.db.selectFrom('counter').selectAll().orderBy('name').execute();
const insertOf = (ctx: Ctx, name: string) =>
  ctx.db.insertInto('counter').values({ name, value: 0 }).compile();

const awkward = [
  `it's "quoted" \`so\``,
  'back\\slash \\u0041 \\n',
  'line\nbreak\ttab\r',
  '$1 ? :name @p ; -- drop',
  '🔔 Ā ß \u200d \ufeff',
  '',
  ' ',
  '{"json": [1, null]}',
  'null',
];

describeEachStore('statements that run together', (open) => {
  it('answer the rows of each, and are one transaction of their own or part of the open one', async () => {
    const { ctx } = await open();
    const answers = await runStatements(ctx, [
      insertOf(ctx, 'a'),
      ctx.db.updateTable('counter').set({ value: 7 }).returning(['name', 'value']).compile(),
      ctx.db.selectFrom('counter').select('value').where('name', '=', 'none').compile(),
    ]);
    expect(answers).toEqual([[], [{ name: 'a', value: 7 }], []]);
    expect(await runStatements(ctx, [])).toEqual([]);

    await insertMany(ctx, 'counter', [{ name: 'taken', value: 0 }]);
    await expect(runStatements(ctx, [insertOf(ctx, 'free'), insertOf(ctx, 'taken')])).rejects.toThrow();
    const failing = inTransaction(ctx, async (ctx) => {
      await runStatements(ctx, [insertOf(ctx, 'b'), insertOf(ctx, 'c')]);
      expect(await counters(ctx)).toHaveLength(4);
      throw new Error('back');
    });
    await expect(failing).rejects.toThrow('back');
    expect(await counters(ctx)).toEqual([
      { name: 'a', value: 7 },
      { name: 'taken', value: 0 },
    ]);
  });
});

describeEachStore('rows that are alike in some columns', (open) => {
  it('take those from a literal or from another column of the same row', async () => {
    const { ctx } = await open();
    const rows = [
      { name: 'a', until_at: 1 },
      { name: 'b', until_at: 2 },
    ];
    const alike = { token: `'same'`, holder: 'name' };
    await insertMany(ctx, 'lease', rows, { columns: { name: 'text', until_at: 'bigint' }, alike });
    expect(await ctx.db.selectFrom('lease').selectAll().orderBy('name').execute()).toEqual([
      { name: 'a', until_at: 1, token: 'same', holder: 'a' },
      { name: 'b', until_at: 2, token: 'same', holder: 'b' },
    ]);
  });
});

describeEachStore('questions', (open) => {
  it('are asked in one trip, and each reads its own rows', async () => {
    const { ctx } = await open();
    const namesOf = (...names: string[]) => ({
      statements: names.map((name) => sql`select cast(${name} as text) as name`.compile(ctx.db)),
      read: (rows: readonly unknown[][]) => (rows.flat() as { name: string }[]).map(({ name }) => name),
    });
    const count = { statements: [], read: (rows: readonly unknown[][]) => rows.length };
    const asked = await ask(ctx, namesOf('a', 'b'), count, namesOf('c'));
    expect(asked).toEqual([['a', 'b'], 0, ['c']]);
  });
});

describeEachStore('a text by key', (open) => {
  it('is what the map holds for the value of the column, whatever it says, and null where it holds none', async () => {
    const { ctx } = await open();
    const names = ['plain', 'alrt_1', '7', '$.a', ...awkward.filter((name) => name !== '')];
    await insertMany(
      ctx,
      'counter',
      [...names, 'absent'].map((name) => ({ name, value: 0 })),
    );
    const texts = Object.fromEntries(names.map((name) => [name, `of ${name}`]));
    const rows = await ctx.db
      .selectFrom('counter')
      .select('name')
      .select((eb) => ctx.dialect.textByKey(eb.ref('name'), texts).as('text'))
      .execute();
    expect(new Map(rows.map(({ name, text }) => [name, text]))).toEqual(
      new Map<string, string | null>([...Object.entries(texts), ['absent', null]]),
    );
  });
});

describeEachStore('writes that are left for later', (open) => {
  it('are there for the next statement, and after the commit that carries them', async () => {
    const { ctx } = await open();
    await inTransaction(ctx, async (ctx) => {
      await writeLater(ctx, [insertOf(ctx, 'a')]);
      await writeLater(ctx, [insertOf(ctx, 'b')]);
      expect(await counters(ctx)).toHaveLength(2);
      await writeLater(ctx, [insertOf(ctx, 'c')]);
      await writeLater(ctx, []);
      expect(await runStatements(ctx, [ctx.db.selectFrom('counter').select('name').compile()])).toEqual([
        [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      ]);
      await writeLater(ctx, [insertOf(ctx, 'd')]);
    });
    expect(await counters(ctx)).toHaveLength(4);
    await inTransaction(ctx, (ctx) => writeLater(ctx, [insertOf(ctx, 'e')]));
    await writeLater(ctx, [insertOf(ctx, 'f')]);
    expect(await counters(ctx)).toHaveLength(6);
  });

  it('fail with what carries them, and leave nothing of the transaction', async () => {
    const { ctx } = await open();
    await insertMany(ctx, 'counter', [{ name: 'taken', value: 0 }]);
    const wrong = (ctx: Ctx) =>
      ctx.db.insertInto('counter').values({ name: 'x', value: sql`null` }).compile();
    const byCommit = inTransaction(ctx, async (ctx) => {
      await runStatements(ctx, [insertOf(ctx, 'a')]);
      await writeLater(ctx, [wrong(ctx), insertOf(ctx, 'b')]);
    });
    await expect(byCommit).rejects.toThrow(/null/i);
    await expect(inTransaction(ctx, (ctx) => writeLater(ctx, [wrong(ctx)]))).rejects.toThrow(/null/i);
    const byStatement = inTransaction(ctx, async (ctx) => {
      await writeLater(ctx, [insertOf(ctx, 'c'), wrong(ctx)]);
      await counters(ctx);
    });
    await expect(byStatement).rejects.toThrow(/null/i);
    const givenUp = inTransaction(ctx, async (ctx) => {
      await writeLater(ctx, [insertOf(ctx, 'd')]);
      throw new Error('back');
    });
    await expect(givenUp).rejects.toThrow('back');
    expect(await counters(ctx)).toEqual([{ name: 'taken', value: 0 }]);
    await insertMany(ctx, 'counter', [{ name: 'goes on', value: 1 }]);
    expect(await counters(ctx)).toHaveLength(2);
  });

  it('lose a race for a key as others do: the work is done again on what the winner left', async () => {
    const { ctx } = await open();
    await insertMany(ctx, 'counter', [{ name: 'taken', value: 0 }]);
    let tries = 0;
    await inTransaction(ctx, async (ctx) => {
      await writeLater(ctx, [insertOf(ctx, ++tries === 1 ? 'taken' : 'free')]);
    });
    expect(await counters(ctx)).toHaveLength(2);
  });
});

describeEachStore('statements whose commit may be lost with the machine', (open) => {
  it('spare its fsync, and no other commit does', async () => {
    const { ctx } = await open();
    const asked = ctx.dialect.engine === 'postgres' ? 'show synchronous_commit' : 'pragma synchronous';
    const ask = async (ctx: Ctx, options?: { mayBeLost: boolean }) => {
      const [, rows] = await runStatements(
        ctx,
        [insertOf(ctx, ctx.ids.ulid()), CompiledQuery.raw(asked)],
        options,
      );
      return Object.values(rows?.[0] ?? {})[0];
    };
    const [spared, whole] = ctx.dialect.engine === 'postgres' ? ['off', 'on'] : [1, 2];
    expect(await ask(ctx, { mayBeLost: true })).toBe(spared);
    expect(await ask(ctx)).toBe(whole);
    const failing = runStatements(ctx, [CompiledQuery.raw('insert into nothing values (1)')], {
      mayBeLost: true,
    });
    await expect(failing).rejects.toThrow(/nothing/);
    expect(await ask(ctx)).toBe(whole);
    await inTransaction(ctx, async (ctx) => expect(await ask(ctx, { mayBeLost: true })).toBe(whole));
  });
});

describeEachStore('many rows', (open) => {
  it('are inserted as they are, all or none, by the thousand or none at all', async () => {
    const { ctx } = await open();
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      name: `n${String(i).padStart(4, '0')}`,
      value: i,
    }));
    expect(await insertMany(ctx, 'counter', [])).toEqual([]);
    await insertMany(ctx, 'counter', rows);
    expect(await counters(ctx)).toEqual(rows);
    await expect(
      insertMany(ctx, 'counter', [
        { name: 'z', value: 0 },
        { name: 'n0000', value: 0 },
      ]),
    ).rejects.toThrow();
    expect(await counters(ctx)).toHaveLength(2000);

    const texts = awkward.map((text, i) => ({
      alert_ref: 'alrt_1',
      event_id: String(i),
      at: i === 0 ? Number.MAX_SAFE_INTEGER : -i,
      actor: text,
      from_status: null,
      to_status: 'new' as const,
      reason: text,
      note: i % 2 ? null : text,
      request_id: null,
    }));
    await insertMany(ctx, 'alert_event', texts);
    expect(await ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute()).toEqual(texts);
  });

  it('that are there already are left out of the answer or counted in, and are updated by their key', async () => {
    const { ctx } = await open();
    const add = (names: string[], onConflict: string) =>
      insertMany(
        ctx,
        'counter',
        names.map((name) => ({ name, value: 1 })),
        { onConflict, returning: 'name' },
      );
    expect(await add(['a', 'b'], 'on conflict (name) do nothing')).toEqual(['a', 'b']);
    expect(await add(['b', 'c'], 'on conflict (name) do nothing')).toEqual(['c']);
    const sum = 'on conflict (name) do update set value = counter.value + excluded.value';
    expect((await add(['a', 'd'], sum)).sort()).toEqual(['a', 'd']);
    expect((await counters(ctx)).map((row) => row.value)).toEqual([2, 1, 1, 1]);

    await insertMany(ctx, 'lease', [
      { name: 'a', holder: 'x', token: 't', until_at: 1 },
      { name: 'b', holder: 'x', token: 't', until_at: 1 },
    ]);
    await updateMany(ctx, 'lease', 'name', [
      { name: 'a', holder: "o'neil", until_at: 5 },
      { name: 'b', holder: 'z', until_at: Number.MAX_SAFE_INTEGER },
      { name: 'nobody', holder: 'z', until_at: 6 },
    ]);
    await updateMany(ctx, 'lease', 'name', []);
    await updateMany(ctx, 'lease', 'name', [{ name: 'a' }]);
    expect(await ctx.db.selectFrom('lease').selectAll().orderBy('name').execute()).toEqual([
      { name: 'a', holder: "o'neil", token: 't', until_at: 5 },
      { name: 'b', holder: 'z', token: 't', until_at: Number.MAX_SAFE_INTEGER },
    ]);
  });

  it.each([9, 10, 99, 100, 250])(
    'of %d, with some there already, the others are written and answered',
    async (count) => {
      const { ctx } = await open();
      const rows = Array.from({ length: count }, (_, i) => ({
        name: `n${1000 + i}`,
        holder: 'x',
        token: `t${i}`,
      }));
      const taken = rows.filter((_, i) => i === 3 || i % 30 === 7).map((row) => ({ ...row, until_at: 0 }));
      await insertMany(ctx, 'lease', taken.slice(1));
      const options = {
        columns: { name: 'text', holder: 'text', token: 'text' } as const,
        alike: { until_at: '5' },
        onConflict: 'on conflict (name) do nothing',
        returning: 'name',
      };
      const names = rows.map((row) => row.name);
      const there = taken.slice(1).map((row) => row.name);
      const written = await insertMany(ctx, 'lease', rows, options);
      expect(written).toEqual(names.filter((name) => !there.includes(name)));
      const kept = await ctx.db.selectFrom('lease').selectAll().orderBy('name').execute();
      expect(kept).toEqual(rows.map((row) => ({ ...row, until_at: there.includes(row.name) ? 0 : 5 })));
      expect(await insertMany(ctx, 'lease', rows, options)).toEqual([]);
    },
  );

  it('are all left out where one of them may not be at all', async () => {
    const { ctx } = await open();
    const rows = Array.from({ length: 16 }, (_, i) => ({ name: `n${i}`, value: i === 12 ? null : i }));
    const options = { onConflict: 'on conflict (name) do nothing', returning: 'name' };
    await expect(
      insertMany(ctx, 'counter', rows as { name: string; value: number }[], options),
    ).rejects.toThrow(/null/i);
    expect(await counters(ctx)).toEqual([]);
  });

  it('rows are left alone that are not as expected any more, and the others can be answered', async () => {
    const { ctx } = await open();
    const rows = ['a', 'b', 'c'].map((name) => ({ name, holder: 'x', token: 't', until_at: 1 }));
    await insertMany(ctx, 'lease', rows);
    const changes = [
      { name: 'a', token: 't', until_at: 5 },
      { name: 'b', token: 'other', until_at: 5 },
    ];
    const update = (options: UpdateOptions) =>
      runStatements(
        ctx,
        ctx.dialect.updateRows('lease', 'name', changes, { expected: ['token'], ...options }),
      );
    expect(await update({ expectedAlike: { holder: `'y'` }, returnsKeys: true })).toEqual([[]]);
    const alike = { holder: `'z'` };
    expect(await update({ expectedAlike: { holder: `'x'` }, alike, returnsKeys: true })).toEqual([
      [{ value: 'a' }],
    ]);
    expect(await ctx.db.selectFrom('lease').select(['holder', 'until_at']).orderBy('name').execute()).toEqual(
      [
        { holder: 'z', until_at: 5 },
        { holder: 'x', until_at: 1 },
        { holder: 'x', until_at: 1 },
      ],
    );
  });
});

describeEachStore('what the engines do differently', (open) => {
  it('isOneOf takes no value, thousands of them, and any text; nullsLast knows the end in both directions', async () => {
    const { ctx } = await open();
    await insertMany(
      ctx,
      'counter',
      awkward.map((name) => ({ name, value: 1 })),
    );
    const count = async (values: readonly string[]) => {
      const query = ctx.db
        .selectFrom('counter')
        .select('name')
        .where(ctx.dialect.isOneOf(sql.ref('name'), values));
      return (await query.execute()).length;
    };
    expect(await count([])).toBe(0);
    expect(await count(awkward.slice(0, 3))).toBe(3);
    expect(await count([...Array.from({ length: 5000 }, (_, i) => `n${i}`), ...awkward])).toBe(
      awkward.length,
    );

    const token = (token_id: string, expires_at: number | null) => ({
      token_id,
      name: token_id,
      role: 'viewer',
      kind: 'api' as const,
      hash: token_id,
      created_at: 0,
      expires_at,
      revoked_at: null,
    });
    await insertMany(ctx, 'token', [token('none', null), token('late', 2), token('early', 1)]);
    const order = async (direction: 'asc' | 'desc') => {
      const by = ctx.dialect.nullsLast(sql.ref('expires_at'), direction);
      const query = sql<{ token_id: string }>`select token_id from token order by ${by}`;
      return (await query.execute(ctx.db)).rows.map((row) => row.token_id);
    };
    expect(await order('asc')).toEqual(['early', 'late', 'none']);
    expect(await order('desc')).toEqual(['late', 'early', 'none']);
  });

  it('counts and sums are numbers, and what is changed is counted', async () => {
    const { ctx } = await open();
    await insertMany(ctx, 'counter', [
      { name: 'a', value: 2 ** 40 },
      { name: 'b', value: 1 },
    ]);
    const figures = ctx.db
      .selectFrom('counter')
      .select((eb) => [
        eb.fn.countAll<number>().as('count'),
        eb.fn.sum<number>('value').as('sum'),
        eb.fn.max('value').as('max'),
      ]);
    expect(await figures.executeTakeFirst()).toEqual({ count: 2, sum: 2 ** 40 + 1, max: 2 ** 40 });
    const changed = await ctx.db.updateTable('counter').set({ value: 0 }).executeTakeFirst();
    expect(Number(changed.numUpdatedRows)).toBe(2);
    const deleted = await ctx.db.deleteFrom('counter').where('name', '=', 'a').executeTakeFirst();
    expect(Number(deleted.numDeletedRows)).toBe(1);
  });
});
