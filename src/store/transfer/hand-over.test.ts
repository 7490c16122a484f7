import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fillEveryTable, readShapes } from '../../../test/every-table.ts';
import { openUntilTheEnd } from '../../../test/folders.ts';
import { by, exportInto, importInto, openWithFolder } from '../../../test/hand-over.ts';
import { freshSchema } from '../../../test/services/database.ts';
import { createTestCtx, describeSharedStores, quietLog } from '../../../test/stores.ts';
import { startWorker } from '../../../test/supervised.ts';
import {
  backUp,
  beginHandOver,
  checkDatabase,
  insertMany,
  listHeld,
  readFence,
  reopen,
  restore,
  type StoreOptions,
  translateStoreError,
} from '../index.ts';
import { dataTables } from './tables.ts';

const dayMs = 86_400_000;

const targets: Readonly<Record<string, (folder: string) => Promise<StoreOptions>>> = {
  'a SQLite file': async (folder) => ({ backend: 'sqlite', path: join(folder, 'new.db') }),
  PostgreSQL: async () => ({ backend: 'postgres', dsn: await freshSchema() }),
};

describeSharedStores('a state that is handed over', (openHarness) => {
  const open = () => openWithFolder(openHarness);

  it.each(Object.keys(targets))(
    'goes on in %s: what was told is not told again, what waits is told, ends too',
    async (engine) => {
      const here = await open();
      const worker = await startWorker(here);
      await worker.report({ title: 'old', severity: 'P1' });
      await worker.settle();
      await worker.report({ title: 'old', severity: 'P1', status: 'resolved' });
      await worker.settle();
      await here.clock.advance(60_000);
      await worker.settle();
      await here.ctx.db.updateTable('notification').set({ status: 'delivered' }).execute();
      await here.clock.advance(30 * dayMs);
      await worker.settle();
      await worker.report({ title: 'down', severity: 'P1' });
      await worker.settle();
      await worker.report({ title: 'waits', severity: 'P1', service: 'db' });
      const path = await exportInto(here, 'state.db');
      expect((await stat(path)).mode & 0o777).toBe(0o600);

      const target = await targets[engine]?.(here.folder);
      if (!target) return expect.unreachable();
      const { rows, handedOver } = await importInto(target, path, here);
      expect({ handedOver, rows }).toMatchObject({ handedOver: true, rows: { alert: 2, incident: 1 } });
      const store = await openUntilTheEnd(target);
      const there = await startWorker(
        { ...here, store, ctx: createTestCtx(store, here.clock) },
        { owner: 'there' },
      );
      await there.report(
        { title: 'down', severity: 'P1' },
        { title: 'waits', severity: 'P1', service: 'db' },
      );
      await there.settle();
      expect((await there.messages()).toSorted()).toEqual([
        'ops incident.opened P1 down',
        'ops incident.opened P1 waits',
      ]);
      await there.report({ title: 'down', severity: 'P1', status: 'resolved' });
      await there.settle();
      await here.clock.advance(60_000);
      await there.settle();
      expect(await there.messages()).toContainEqual(
        expect.stringContaining('incident.resolved Resolved: down'),
      );
      const numbers = await store.db.selectFrom('incident').select('number').orderBy('number').execute();
      expect(numbers).toEqual([{ number: 2 }, { number: 3 }]);
    },
  );

  it('leaves a database that refuses every change, in words, until it is taken back', async () => {
    const here = await open();
    await fillEveryTable(here.ctx);
    await here.ctx.db.deleteFrom('fence').execute();
    const backup = join(here.folder, 'backup.db');
    await backUp(here.options, { path: backup, overwrite: false, nowMs: 1 }, quietLog);
    await exportInto(here, 'state.db');
    await expect(restore(here.options, { path: backup, nowMs: 2 }, quietLog)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('tocsin state resume takes it back'),
    });
    const shapes = await readShapes();
    const tries = dataTables
      .filter((table) => table !== 'fence')
      .flatMap((table) => {
        const column = shapes.find((shape) => shape.table === table)?.columns[0]?.name as never;
        return [
          here.ctx.db.deleteFrom(table).execute(),
          here.ctx.db
            .updateTable(table)
            .set(column, 'x1' as never)
            .execute(),
          insertMany(here.ctx, table, [{ [column]: 'x3' }]),
        ].map((work) => work.then(() => `${table} was changed`, translateStoreError));
      });
    for (const outcome of await Promise.all(tries))
      expect(outcome).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('tocsin state resume'),
      });
    const findings = await checkDatabase(here.options, here.clock.now(), quietLog);
    expect(findings).toContainEqual(
      expect.objectContaining({ status: 'warn', detail: expect.stringContaining(by) }),
    );
    await expect(exportInto(here, 'again.db')).rejects.toThrow('handed over');
    await expect(beginHandOver(here.store, by, 1)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await reopen(here.store, by, 1)).toMatchObject({ state: 'closed', epoch: 1 });
    expect(await reopen(here.store, by, 1)).toBeNull();
    await insertMany(here.ctx, 'counter', [{ name: 'n', value: 1 }]);
  });

  it('comes back with a higher epoch, and takes the place of what lived there', async () => {
    const here = await open();
    const worker = await startWorker(here);
    await worker.report({ title: 'down', severity: 'P1' });
    await worker.settle();
    const path = await exportInto(here, 'there.db');
    const target: StoreOptions = { backend: 'sqlite', path: join(here.folder, 'new.db') };
    await importInto(target, path, here);
    const store = await openUntilTheEnd(target);
    const there = await startWorker({ ...here, store, ctx: createTestCtx(store, here.clock) });
    await there.report({ title: 'down', severity: 'P1', status: 'resolved' });
    await there.settle();
    await there.report({ title: 'new', severity: 'P1', service: 'db' });
    await there.settle();
    const back = await exportInto({ ...here, store }, 'back.db');
    if (here.options.backend === 'sqlite') await here.store.close();
    await importInto(here.options, back, here);
    await expect(importInto(here.options, back, here)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(importInto(here.options, path, here)).rejects.toThrow('earlier hand-over');
    const again = await openUntilTheEnd(here.options);
    expect(await readFence(again.db)).toMatchObject({ state: 'open', epoch: 2 });
    expect(await readFence(store.db)).toMatchObject({ state: 'closed', epoch: 2 });
    const live = await again.db.selectFrom('alert').select('title').where('ended_at', 'is', null).execute();
    expect(live).toEqual([{ title: 'new' }]);
  });

  it('of which only a copy is made leaves the host at work', async () => {
    const here = await open();
    const worker = await startWorker(here);
    await worker.report({ severity: 'P1' });
    const path = await exportInto(here, 'copy.db', false);
    await worker.settle();
    expect(await worker.messages()).toHaveLength(1);
    const target: StoreOptions = { backend: 'sqlite', path: join(here.folder, 'new.db') };
    expect(await importInto(target, path, here)).toMatchObject({ handedOver: false, rows: { alert: 1 } });
    if (here.options.backend === 'sqlite') await here.store.close();
    await expect(importInto(here.options, path, here)).rejects.toThrow('1 live alerts, 1 open incidents');
    expect((await importInto(here.options, path, here, true)).rows).toMatchObject({ alert: 1 });
  });

  it('leaves no count of the alerts that were here before', async () => {
    const [there, here] = [await open(), await open()];
    const path = await exportInto(there, 'state.db', false);
    const counted = { p0: 1, p1: 0, p2: 0, p3: 0, info: 0, ended: 1, due_at: 0 };
    await insertMany(here.ctx, 'alert_block', [{ from_ref: 'alrt_1', to_ref: 'alrt_2', ...counted }]);
    if (here.options.backend === 'sqlite') await here.store.close();
    await importInto(here.options, path, here);
    const store = await openUntilTheEnd(here.options);
    expect(await store.db.selectFrom('alert_block').selectAll().execute()).toEqual([]);
  });

  it('names what is still under way', async () => {
    const here = await open();
    await fillEveryTable(here.ctx);
    const later = here.clock.now() + 1;
    expect(await listHeld(here.store, here.clock.now())).toEqual([]);
    await here.ctx.db.updateTable('notification').set({ status: 'sending', locked_until: later }).execute();
    await here.ctx.db
      .updateTable('run')
      .set({ status: 'running', locked_until: later })
      .where('run_id', '=', 'x1')
      .execute();
    await here.ctx.db.updateTable('lease').set({ until_at: later }).execute();
    expect(await listHeld(here.store, here.clock.now())).toEqual([
      '2 messages being sent',
      '1 runs going on',
      '2 processes at work',
    ]);
  });
});
