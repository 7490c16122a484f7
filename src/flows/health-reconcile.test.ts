import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import {
  component,
  httpCheck,
  listAllAlerts,
  listShown,
  listSteps,
  runNext,
  startSwitch,
  startWatcher,
} from '../../test/watched.ts';

describeEachStore('what is not watched any more', (open) => {
  it.each([
    ['removed', []],
    ['left without a check', [component('api', [])]],
    ['asked only on demand', [component('api', [httpCheck('http://127.0.0.1/', { intervalMs: null })])]],
  ])('has no alert and no status: a component that is %s', async (_, components) => {
    const harness = await open();
    const api = await startSwitch();
    api.turn(503);
    const watcher = await startWatcher(harness, [component('api', [httpCheck(api.url)])]);
    await runNext(harness.clock, watcher.probing);
    await runNext(harness.clock, watcher.probing);
    expect(await listAllAlerts(watcher.ctx())).toMatchObject([{ ended_at: null }]);

    await watcher.configure(components);
    const [alert] = await listAllAlerts(watcher.ctx());
    expect(alert?.ended_at).toBe(harness.clock.now());
    const events = await harness.ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute();
    expect(events.at(-1)?.note).toBe('no longer watched');
    expect(await listShown(watcher.ctx())).toEqual([]);
    expect((await listSteps(watcher.ctx())).at(-1)).toBe('api down → unknown not_watched');
  });

  it('is found at the start too', async () => {
    const harness = await open();
    const api = await startSwitch();
    api.turn(503);
    const before = await startWatcher(harness, [component('api', [httpCheck(api.url)])]);
    await runNext(harness.clock, before.probing);
    await runNext(harness.clock, before.probing);
    await before.probing.stop();
    const after = await startWatcher(harness, []);
    await after.probing.tick();
    expect(await listAllAlerts(after.ctx())).toMatchObject([{ ended_at: harness.clock.now() }]);
  });

  it('lets its component go by the checks that are left', async () => {
    const harness = await open();
    const [bad, good] = [await startSwitch(), await startSwitch()];
    bad.turn(503);
    const goodCheck = httpCheck(good.url, { name: 'good' });
    const watcher = await startWatcher(harness, [component('api', [httpCheck(bad.url), goodCheck])]);
    for (let round = 0; round < 4; round++) await runNext(harness.clock, watcher.probing);
    expect(await listShown(watcher.ctx())).toEqual(['api down status_mismatch']);
    await watcher.configure([component('api', [goodCheck])]);
    expect(await listShown(watcher.ctx())).toEqual(['api ok -']);
    expect(await listAllAlerts(watcher.ctx())).toMatchObject([{ ended_at: harness.clock.now() }]);
  });
});
