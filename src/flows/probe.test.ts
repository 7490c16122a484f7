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

describeEachStore('from health to alert', (open) => {
  it('a check that fails makes one alert whose repeats are counted, and healing ends it', async () => {
    const harness = await open();
    const api = await startSwitch();
    const watcher = await startWatcher(harness, [component('api', [httpCheck(api.url)])]);
    const next = () => runNext(harness.clock, watcher.probing);
    await next();
    api.turn(503);
    await next();
    expect(await listAllAlerts(watcher.ctx())).toEqual([]);
    await next();
    await next();
    const [alert, ...others] = await listAllAlerts(watcher.ctx());
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      service: 'api',
      kind: 'availability',
      env: 'prod',
      severity: 'P1',
      source: 'tocsin@checks',
      fingerprint: 'health:api',
      component: 'api',
      title: 'The api is down',
      occurrences: 2,
      ended_at: null,
      dedupe_ttl_ms: null,
    });
    expect(alert?.message).toMatch(
      /^Check front: status < 400, was 503 \(status_mismatch, 3 times in a row\)\.\nLast good: 2026-03-01T12:00:\d\d.000Z, in \d+ ms\.$/,
    );
    api.turn(200);
    await next();
    expect((await listAllAlerts(watcher.ctx()))[0]?.ended_at).toBeNull();
    await next();
    expect(await listAllAlerts(watcher.ctx())).toMatchObject([
      { occurrences: 2, ended_at: harness.clock.now() },
    ]);
    expect(await listSteps(watcher.ctx())).toEqual([
      'api null → ok null',
      'api ok → down status_mismatch',
      'api down → ok null',
    ]);
  });

  it('flapping that no threshold believes makes no alert and no step', async () => {
    const harness = await open();
    const api = await startSwitch();
    const watcher = await startWatcher(harness, [component('api', [httpCheck(api.url)])]);
    for (const status of [200, 503, 200, 503, 200, 503]) {
      api.turn(status);
      await runNext(harness.clock, watcher.probing);
    }
    expect(await listAllAlerts(watcher.ctx())).toEqual([]);
    expect(await listSteps(watcher.ctx())).toEqual(['api null → ok null']);
  });

  it.each([
    ['P0', { critical: true }, {}],
    ['P2', {}, { conditions: ['status in [200, 503]'], degraded: ['status == 200'] }],
  ] as const)(
    'the alert is %s where the component is %j and the check %j',
    async (severity, traits, check) => {
      const harness = await open();
      const api = await startSwitch();
      api.turn(503);
      const watcher = await startWatcher(harness, [component('api', [httpCheck(api.url, check)], traits)]);
      await runNext(harness.clock, watcher.probing);
      await runNext(harness.clock, watcher.probing);
      expect(await listAllAlerts(watcher.ctx())).toMatchObject([{ severity }]);
    },
  );

  it('the supervisor is rung when an alert comes and when it ends, and not for repeats', async () => {
    const harness = await open();
    const api = await startSwitch();
    const check = httpCheck(api.url, { failuresToDown: 1, successesToRecover: 1 });
    const watcher = await startWatcher(harness, [component('api', [check])]);
    const rings: string[] = [];
    const ring = watcher.ctx().signals.alerts;
    ring.ring = () => void rings.push('rung');
    for (const [status, count] of [
      [200, 0],
      [503, 1],
      [200, 2],
    ] as const) {
      api.turn(status);
      await runNext(harness.clock, watcher.probing);
      expect(rings).toHaveLength(count);
    }
  });

  it('results are kept with their alert or not at all', async () => {
    const harness = await open();
    const api = await startSwitch();
    api.turn(503);
    const check = httpCheck(api.url, { failuresToDown: 1 });
    const broken = {
      get defaults(): never {
        throw new Error('the process ends here');
      },
      rules: [],
    };
    const watcher = await startWatcher(harness, [component('api', [check])], { config: { policy: broken } });
    await runNext(harness.clock, watcher.probing);
    expect(watcher.complaints).toEqual(['[check] an outcome was not kept']);
    expect(await listShown(watcher.ctx())).toEqual([]);
    expect(await harness.ctx.db.selectFrom('check_state').selectAll().execute()).toEqual([]);
    expect(await listAllAlerts(watcher.ctx())).toEqual([]);
  });

  it('an answer that no database can hold is kept without what it cannot hold', async () => {
    const harness = await open();
    const check = {
      ...httpCheck('http://127.0.0.1/'),
      failuresToDown: 1,
      kind: 'command',
      env: {},
      cwd: '.',
    } as const;
    const watcher = await startWatcher(harness, [
      component('api', [
        { ...check, argv: [process.execPath, '-e', 'console.log("a\\0b"); process.exit(2)'] },
      ]),
    ]);
    await runNext(harness.clock, watcher.probing);
    expect(watcher.complaints).toEqual([]);
    expect((await listAllAlerts(watcher.ctx()))[0]?.message).toContain(
      'exit_code in [0, 1], was 2: a\ufffdb',
    );
  });
});
