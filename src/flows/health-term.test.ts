import { expect, it, onTestFinished } from 'vitest';
import { describeSharedStores, quietLog, type StoreHarness } from '../../test/stores.ts';
import {
  component,
  httpCheck,
  listAllAlerts,
  runNext,
  startSwitch,
  startWatcher,
} from '../../test/watched.ts';
import { openStore } from '../store/index.ts';

describeSharedStores('of several processes', (open) => {
  const openAgain = async (harness: StoreHarness) => {
    const store = await openStore(harness.options, quietLog);
    onTestFinished(() => store.close());
    return store;
  };
  const setUp = async () => {
    const harness = await open();
    const api = await startSwitch();
    const components = [component('api', [httpCheck(api.url)])];
    const first = await startWatcher(harness, components, { holder: 'node-1' });
    const second = await startWatcher(harness, components, {
      holder: 'node-2',
      store: await openAgain(harness),
    });
    return { harness, api, first, second };
  };

  it('one runs the checks, and each result is kept once', async () => {
    const { harness, api, first, second } = await setUp();
    api.turn(503);
    for (let elapsed = 0; elapsed < 60; elapsed++) {
      await harness.clock.advance(1000);
      await Promise.all([first.probing.tick(), second.probing.tick()]);
    }
    expect([first, second].filter(({ probing }) => probing.isHolder())).toHaveLength(1);
    const [alert] = await listAllAlerts(first.ctx());
    // The first failure is not believed yet.
    expect(alert?.occurrences).toBe(api.asked() - 1);
  });

  it('another takes over within 15 s of the death of the holder, whose late results are not kept', async () => {
    const { harness, api, first, second } = await setUp();
    await runNext(harness.clock, first.probing);
    expect(await second.probing.tick()).toBe(false);
    const [before] = await harness.ctx.db.selectFrom('lease').selectAll().execute();
    expect(before).toMatchObject({
      name: 'checks',
      holder: 'node-1',
      until_at: harness.clock.now() + 15_000,
    });

    await harness.clock.advance(15_000);
    await second.probing.tick();
    expect(second.probing.isHolder()).toBe(true);
    await runNext(harness.clock, second.probing);
    const asked = api.asked();

    expect(await first.probing.tick()).toBe(false);
    expect(first.probing.isHolder()).toBe(false);
    expect(first.complaints).toEqual(['[check] another process runs the checks now']);
    expect(api.asked()).toBe(asked);
  });

  it('one whose database is away goes on until its time is over, and no longer', async () => {
    const harness = await open();
    const store = await openAgain(harness);
    const watcher = await startWatcher(harness, [component('api', [])], { store });
    await watcher.probing.tick();
    await store.close();
    await harness.clock.advance(14_999);
    await watcher.probing.tick();
    expect(watcher.probing.isHolder()).toBe(true);
    await harness.clock.advance(1);
    await watcher.probing.tick();
    expect(watcher.probing.isHolder()).toBe(false);
    expect(new Set(watcher.complaints)).toEqual(
      new Set(['[check] the lease of the checks is out of reach; trying again']),
    );
  });

  it('the one that stops hands the work on at once', async () => {
    const { harness, first, second } = await setUp();
    await runNext(harness.clock, first.probing);
    await first.probing.stop();
    await second.probing.tick();
    expect(second.probing.isHolder()).toBe(true);
  });
});
