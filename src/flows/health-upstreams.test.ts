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
  type Watcher,
} from '../../test/watched.ts';
import { listDecisions } from '../alerts/index.ts';

describeEachStore('a dependant', (open) => {
  const setUp = async (harness: StoreHarness, dbIntervalMs = 10_000) => {
    const db = await startSwitch();
    const api = await startSwitch();
    const watcher = await startWatcher(harness, [
      component('api', [httpCheck(api.url, { failuresToDown: 2 })], { dependsOn: ['edge'] }),
      component('edge', [], { dependsOn: ['db'] }),
      component('db', [httpCheck(db.url, { name: 'select', intervalMs: dbIntervalMs })]),
    ]);
    return { db, api, watcher, next: () => runNext(harness.clock, watcher.probing) };
  };
  const titles = async (watcher: Watcher) =>
    (await listAllAlerts(watcher.ctx())).map(
      ({ title, ended_at }) => `${title}${ended_at === null ? '' : ', over'}`,
    );

  it('shows upstream_down and raises nothing while what it needs is down', async () => {
    const harness = await open();
    const { db, api, watcher, next } = await setUp(harness);
    db.turn(503);
    api.turn(503);
    for (let round = 0; round < 8; round++) await next();
    expect(await listShown(watcher.ctx())).toEqual(['api down upstream_down', 'db down status_mismatch']);
    expect(await titles(watcher)).toEqual(['The db is down']);
    expect((await listAllAlerts(watcher.ctx()))[0]?.message).toContain('2 dependants affected.');

    db.turn(200);
    api.turn(200);
    for (let round = 0; round < 8; round++) await next();
    expect(await listShown(watcher.ctx())).toEqual(['api ok -', 'db ok -']);
    expect(await titles(watcher)).toEqual(['The db is down, over']);
  });

  it('leaves in the trail of its upstream, and of its own alert from before, why nobody heard more', async () => {
    const harness = await open();
    const { db, api, watcher, next } = await setUp(harness);
    api.turn(503);
    for (let round = 0; round < 6; round++) await next();
    db.turn(503);
    for (let round = 0; round < 8; round++) await next();
    const trails = await Promise.all(
      (await listAllAlerts(watcher.ctx())).map(async ({ title, alert_ref }) => {
        const decisions = await listDecisions(watcher.ctx(), alert_ref);
        const held = decisions.filter(({ reason }) => reason === 'upstream_down');
        return [title, ...held.map(({ rule, occurrences }) => [rule, occurrences > 1])];
      }),
    );
    expect(trails).toEqual([
      ['The api is down', ['db: api', true]],
      ['The db is down', ['db: api, edge', true]],
    ]);
  });

  it('waits with its verdict for upstreams that are asked at once', async () => {
    const harness = await open();
    const { db, api, watcher, next } = await setUp(harness, 3_600_000);
    await next();
    await next();
    const askedBefore = db.asked();
    db.turn(503);
    api.turn(503);
    await next();
    expect(db.asked()).toBe(askedBefore);
    await next();
    expect(db.asked()).toBe(askedBefore + 1);
    expect(await listShown(watcher.ctx())).toEqual(['api down upstream_down', 'db ok -']);
    await next();
    expect(await listShown(watcher.ctx())).toEqual(['api down upstream_down', 'db down status_mismatch']);
    await next();
    expect(db.asked()).toBe(askedBefore + 2);
    expect(await titles(watcher)).toEqual(['The db is down']);
  });

  it('is told of where it goes on failing after the return of its upstream', async () => {
    const harness = await open();
    const { db, api, watcher, next } = await setUp(harness);
    db.turn(503);
    api.turn(503);
    for (let round = 0; round < 8; round++) await next();
    db.turn(200);
    for (let round = 0; round < 4; round++) await next();
    expect(await titles(watcher)).toEqual(['The db is down, over']);
    for (let round = 0; round < 6; round++) await next();
    expect(await titles(watcher)).toEqual([
      'The db is down, over',
      'Dependants of The db still fail after its return',
    ]);
    expect(await listShown(watcher.ctx())).toEqual(['api down status_mismatch', 'db ok -']);
  });

  it('has time to come back after the return of its upstream', async () => {
    const harness = await open();
    const { db, api, watcher, next } = await setUp(harness);
    db.turn(503);
    api.turn(503);
    for (let round = 0; round < 8; round++) await next();
    db.turn(200);
    while ((await titles(watcher))[0] === 'The db is down') await next();
    const asked = api.asked();
    while (api.asked() === asked) await next();
    api.turn(200);
    for (let round = 0; round < 6; round++) await next();
    expect(await titles(watcher)).toEqual(['The db is down, over']);
    expect(await listShown(watcher.ctx())).toEqual(['api ok -', 'db ok -']);
  });

  it('is down by itself while its upstream is well', async () => {
    const harness = await open();
    const { api, watcher, next } = await setUp(harness);
    api.turn(503);
    for (let round = 0; round < 5; round++) await next();
    expect(await titles(watcher)).toEqual(['The api is down']);
  });
});
