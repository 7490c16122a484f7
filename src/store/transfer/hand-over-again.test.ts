import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openUntilTheEnd } from '../../../test/folders.ts';
import { by, exportInto, importInto, openWithFolder } from '../../../test/hand-over.ts';
import { createTestCtx, describeSharedStores, quietLog } from '../../../test/stores.ts';
import { startWorker } from '../../../test/supervised.ts';
import {
  beginHandOver,
  type Ctx,
  exportState,
  insertMany,
  type RunRow,
  readFence,
  reopen,
} from '../index.ts';

const dayMs = 86_400_000;

const insertRun = (ctx: Ctx, runId: string, rest: Partial<RunRow>) => {
  const run = {
    run_id: runId,
    kind: 'profile',
    profile: 'heal',
    source: 'alert',
    status: 'succeeded',
  } as const;
  return insertMany(ctx, 'run', [{ ...run, created_at: 1, attempts: 1, ...rest }]);
};

describeSharedStores('a hand-over', (openHarness) => {
  const open = () => openWithFolder(openHarness);

  it('is one at a time, and neither ended nor undone by one that was taken back', async () => {
    const here = await open();
    const { store, clock } = here;
    const write = (name: string, handOver: Awaited<ReturnType<typeof beginHandOver>>) =>
      exportState(
        store,
        { path: join(here.folder, name), overwrite: false, handOver, by, nowMs: clock.now() },
        quietLog,
      );
    const first = await beginHandOver(store, by, clock.now());
    await expect(beginHandOver(store, by, clock.now())).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is being handed over to another host'),
    });
    await reopen(store, by, clock.now());
    await expect(write('first.db', first)).rejects.toThrow('is at work again');
    const second = await beginHandOver(store, by, clock.now());
    await expect(write('first.db', first)).rejects.toThrow('tocsin state resume');
    expect(await reopen(store, by, clock.now(), first)).toBeNull();
    await write('second.db', second);
    await expect(write('first.db', first)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await reopen(store, by, clock.now(), first)).toBeNull();
    expect(await readFence(store.db)).toMatchObject({ state: 'closed', epoch: 1 });
    expect(await reopen(store, by, clock.now(), second)).toMatchObject({ state: 'closed' });
  });

  it('brings along the runs that live alerts have set off, so that they do not again', async () => {
    const here = await open();
    const worker = await startWorker(here);
    const refs = await worker.report(
      { title: 'a', fingerprint: 'a' },
      { title: 'b', fingerprint: 'b' },
      { title: 'c', fingerprint: 'c' },
    );
    for (const [n, ref] of refs.entries()) await insertRun(here.ctx, `run_${n}`, { trigger_key: ref });
    await insertRun(here.ctx, 'run_0_other', { trigger_key: 'gone' });
    const file = await openUntilTheEnd({ backend: 'sqlite', path: await exportInto(here, 'state.db') });
    const brought = await file.db.selectFrom('run').select('trigger_key').orderBy('run_id').execute();
    expect(brought.map((run) => run.trigger_key)).toEqual(refs);
  });

  it('back, however much later, brings what has ended meanwhile, and takes no history away', async () => {
    const here = await open();
    const worker = await startWorker(here);
    const [big, small] = [
      { title: 'down', severity: 'P1' },
      { title: 'slow', severity: 'P3', service: 'db', env: 'dev' },
    ] as const;
    await worker.report(big, small);
    await worker.settle();
    await insertRun(here.ctx, 'run_1', {});
    const metric = { id: 'm', run_id: 'run_1', metric_name: 'rows', metric_value: 1, recorded_at: 1 };
    await insertMany(here.ctx, 'run_metric', [metric]);
    const target = { backend: 'sqlite', path: join(here.folder, 'new.db') } as const;
    await importInto(target, await exportInto(here, 'there.db'), here);
    const store = await openUntilTheEnd(target);
    const there = await startWorker({ ...here, store, ctx: createTestCtx(store, here.clock) });
    await here.clock.advance(60_000);
    await there.report({ ...big, status: 'resolved' }, { ...small, status: 'resolved' });
    await there.settle();
    await here.clock.advance(60_000);
    await there.settle();
    await here.clock.advance(9 * dayMs);
    // One that failed does not hide when the state was taken.
    await beginHandOver(store, by, here.clock.now());
    await reopen(store, by, here.clock.now());
    const back = await exportInto({ ...here, store }, 'back.db');
    if (here.options.backend === 'sqlite') await here.store.close();
    await importInto(here.options, back, here);
    const { db } = await openUntilTheEnd(here.options);
    const alerts = await db.selectFrom('alert').select('title').where('ended_at', 'is not', null).execute();
    expect(alerts.map(({ title }) => title).toSorted()).toEqual(['down', 'slow']);
    const incidents = await db.selectFrom('incident').select(['title', 'status']).execute();
    expect(incidents).toEqual([{ title: 'down', status: 'resolved' }]);
    expect(await db.selectFrom('run_metric').selectAll().execute()).toHaveLength(1);
  });

  it('brings along all that uptime is told from, there and back', async () => {
    const here = await open();
    const step = (ctx: Ctx, id: string, at: number) =>
      insertMany(ctx, 'component_change', [
        { component: 'api', change_id: id, at, from_status: 'ok', to_status: 'down', reason: null },
      ]);
    const work = (ctx: Ctx, at: number) =>
      insertMany(ctx, 'component_maintenance', [{ component: 'api', from_at: at, until_at: at + 1 }]);
    const list = async ({ db }: Pick<Ctx, 'db'>) => [
      ...(await db.selectFrom('component_change').select('at').orderBy('at').execute()),
      ...(await db.selectFrom('component_maintenance').select('from_at').orderBy('from_at').execute()),
    ];
    await step(here.ctx, 'a', 1);
    await work(here.ctx, 2);
    const target = { backend: 'sqlite', path: join(here.folder, 'new.db') } as const;
    await importInto(target, await exportInto(here, 'there.db'), here);
    const store = await openUntilTheEnd(target);
    expect(await list(store)).toEqual([{ at: 1 }, { from_at: 2 }]);
    const there = createTestCtx(store, here.clock);
    await step(there, 'b', 3);
    await work(there, 4);
    const back = await exportInto({ ...here, store }, 'back.db');
    // As one of the version before brings it.
    const file = await openUntilTheEnd({ backend: 'sqlite', path: back });
    await file.db.deleteFrom('component_change').where('at', '=', 1).execute();
    if (here.options.backend === 'sqlite') await here.store.close();
    await importInto(here.options, back, here);
    const again = await openUntilTheEnd(here.options);
    expect(await list(again)).toEqual([{ at: 1 }, { at: 3 }, { from_at: 2 }, { from_at: 4 }]);
  });
});
