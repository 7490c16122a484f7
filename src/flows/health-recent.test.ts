import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import {
  component,
  httpCheck,
  listAllAlerts,
  listShown,
  runNext,
  startSwitch,
  startWatcher,
} from '../../test/watched.ts';
import { findCheckRecord } from '../health/index.ts';

describeEachStore('a check that may fail k of n times', (open) => {
  const setUp = async (harness: StoreHarness) => {
    const api = await startSwitch();
    const components = [component('api', [httpCheck(api.url, { kOfN: { k: 3, n: 5 } })])];
    const start = () => startWatcher(harness, components);
    return { api, start };
  };

  it('is told of after the kth failure among them, across restarts, and heals as they are fewer', async () => {
    const harness = await open();
    const { api, start } = await setUp(harness);
    const statuses: string[] = [];
    for (const status of [200, 503, 200, 503, 200, 503, 200, 200, 200]) {
      api.turn(status);
      const watcher = await start();
      await runNext(harness.clock, watcher.probing);
      statuses.push(...(await listShown(watcher.ctx())));
      await watcher.probing.stop();
    }
    const down = 'api down status_mismatch';
    expect(statuses).toEqual([...Array(5).fill('api ok -'), down, down, 'api ok -', 'api ok -']);
    const alerts = await listAllAlerts((await start()).ctx());
    expect(alerts).toMatchObject([{ title: 'The api is down', occurrences: 1 }]);
    expect(alerts[0]?.message).toMatch(/^Check front: .* \(status_mismatch, 3 of the last 5 times\)\.\n/);
    expect(alerts[0]?.ended_at).not.toBeNull();
  });

  it('begins anew where a process of the version before ran it meanwhile, which keeps no such results', async () => {
    const harness = await open();
    const { api, start } = await setUp(harness);
    const watcher = await start();
    const next = async (status: number) => {
      api.turn(status);
      await runNext(harness.clock, watcher.probing);
      return (await findCheckRecord(watcher.ctx(), 'api', 'front'))?.recent;
    };
    for (const status of [200, 503, 200]) await next(status);
    expect(await next(503)).toBe('odod');
    await harness.clock.advance(1000);
    // What that version writes of an ok: everything but the last results.
    await harness.ctx.db
      .updateTable('check_state')
      .set({ checked_at: harness.clock.now(), consecutive_failures: 0, consecutive_downs: 0 })
      .execute();
    expect(await next(503)).toBe('d');
    expect(await listShown(watcher.ctx())).toEqual(['api ok -']);
  });

  it('keeps none where it may not', async () => {
    const harness = await open();
    const api = await startSwitch();
    const watcher = await startWatcher(harness, [component('api', [httpCheck(api.url)])]);
    await runNext(harness.clock, watcher.probing);
    const [row] = await harness.ctx.db.selectFrom('check_state').selectAll().execute();
    expect(row?.recent).toBeNull();
  });
});
