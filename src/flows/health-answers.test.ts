import { expect, it } from 'vitest';
import { startHttpTarget } from '../../test/misbehaving-target.ts';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { component, httpCheck, runNext, startSwitch, startWatcher } from '../../test/watched.ts';
import { createActor } from '../access/index.ts';
import type { ComponentConfig, MaintenanceConfig } from '../config/types.ts';
import { runAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { listComponents, runChecks } from './health-actions.ts';
import { answerComponentHealth, answerServicesHealth } from './health-answers.ts';

const nobody = { fresh: false, viewer: null };
const viewer = createActor('a viewer', 'viewer');
const onDemand = { intervalMs: null };

describeEachStore('health answers', (open) => {
  const setUp = async (...components: ComponentConfig[]) => {
    const harness = await open();
    const watcher = await startWatcher(harness, components);
    return {
      clock: harness.clock,
      watcher,
      ctx: watcher.ctx(),
      next: () => runNext(harness.clock, watcher.probing),
    };
  };

  it('a scheduled check answers from its last result, whatever its age', async () => {
    const api = await startSwitch();
    const { clock, ctx, next } = await setUp(component('api', [httpCheck(api.url)]));
    const never = { latency_ms: null, checked_at: null, since: null };
    expect(await answerComponentHealth(ctx, 'api', nobody)).toEqual({
      status: 200,
      body: { status: 'unknown', service: 'api', reason: 'no_data', ...never },
    });
    await next();
    const at = toIso(clock.now());
    await clock.advance(3_600_000);
    expect(await answerComponentHealth(ctx, 'api', nobody)).toEqual({
      status: 200,
      body: { status: 'ok', service: 'api', latency_ms: expect.any(Number), checked_at: at, since: at },
    });
    expect(api.asked()).toBe(1);
  });

  it('what is down is 503 with a code, and its detail is for those who may read it', async () => {
    const api = await startSwitch();
    api.turn(503);
    const { ctx, next } = await setUp(component('api', [httpCheck(api.url, { failuresToDown: 1 })]));
    await next();
    const open = await answerComponentHealth(ctx, 'api', nobody);
    expect(open).toMatchObject({ status: 503, body: { status: 'down', error: 'status_mismatch' } });
    expect(open.body).not.toHaveProperty('detail');
    const nosy = { name: 'nosy', role: 'none', entitlements: [] };
    expect((await answerComponentHealth(ctx, 'api', { fresh: false, viewer: nosy })).body).not.toHaveProperty(
      'detail',
    );
    const known = await answerComponentHealth(ctx, 'api', { fresh: false, viewer });
    expect(known.body.detail).toBe('status < 400, was 503');
  });

  it('an unknown component is NOT_FOUND', async () => {
    const { ctx } = await setUp();
    await expect(answerComponentHealth(ctx, 'nobody', nobody)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a fresh answer needs an entitled viewer, runs the checks now, and counts toward nothing', async () => {
    const api = await startSwitch();
    const { ctx, next } = await setUp(component('api', [httpCheck(api.url)]));
    await next();
    api.turn(503);
    const fresh = (viewer: Parameters<typeof answerServicesHealth>[1]['viewer']) =>
      answerComponentHealth(ctx, 'api', { fresh: true, viewer });
    await expect(fresh(null)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(fresh({ name: 'n', role: 'none', entitlements: [] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await fresh(viewer)).toMatchObject({ status: 503, body: { error: 'status_mismatch' } });
    expect(await fresh(viewer)).toMatchObject({ status: 503 });
    expect(await answerComponentHealth(ctx, 'api', nobody)).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
    const [state] = await ctx.db.selectFrom('check_state').selectAll().execute();
    expect(state?.consecutive_failures).toBe(0);
  });

  it('any number of pollers share one run of a check on demand, which is kept for its time', async () => {
    const api = await startSwitch();
    const { clock, ctx } = await setUp(component('api', [httpCheck(api.url, onDemand)]));
    const poll = () =>
      Promise.all(Array.from({ length: 20 }, () => answerComponentHealth(ctx, 'api', nobody)));
    const at = toIso(clock.now());
    for (const { status, body } of await poll()) {
      expect({ status, ...body }).toMatchObject({ status: 'ok', checked_at: at });
    }
    await clock.advance(9_999);
    await poll();
    expect(api.asked()).toBe(1);
    await clock.advance(1);
    await poll();
    expect(api.asked()).toBe(2);
    expect((await answerComponentHealth(ctx, 'api', nobody)).body).toMatchObject({ since: at });
  });

  it('checks on demand run all at once, and one that hangs is cut at its timeout and fails nothing else', async () => {
    const target = await startHttpTarget();
    const [hung, reset, well] = ['hang', 'reset', 'well'].map((path) =>
      httpCheck(`${target.url}/${path}`, onDemand),
    );
    if (!hung || !reset || !well) throw new Error('three paths make three checks');
    const { clock, ctx } = await setUp(
      component('hung', [hung]),
      component('reset', [reset]),
      component('well', [well]),
    );
    const answered = answerServicesHealth(ctx, nobody);
    await Promise.all([ctx.checkRuns.ask(reset, null), ctx.checkRuns.ask(well, null)]);
    await target.asked(3);
    await clock.advance(5000);
    expect(await answered).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        services: {
          hung: { status: 'down', error: 'timeout', latency_ms: 5000 },
          reset: { status: 'down', error: 'connect_reset' },
          well: { status: 'ok' },
        },
      },
    });
    await target.close();
  });

  it('services are down where a critical one is, and what has no check does not count', async () => {
    const [good, bad] = [await startSwitch(), await startSwitch()];
    const { ctx, watcher } = await setUp(
      component('good', [httpCheck(good.url, onDemand)]),
      component('later', []),
    );
    expect(await answerServicesHealth(ctx, nobody)).toMatchObject({
      status: 200,
      body: { status: 'ok', services: { later: { status: 'unknown', reason: 'not_configured' } } },
    });
    bad.turn(503);
    await watcher.configure([
      component('good', [httpCheck(good.url, onDemand)]),
      component('bad', [httpCheck(bad.url, onDemand)], { critical: true }),
    ]);
    expect(await answerServicesHealth(watcher.ctx(), nobody)).toMatchObject({
      status: 503,
      body: { status: 'down' },
    });
  });

  it.each([
    ['P0', 503, 'down'],
    ['P1', 503, 'down'],
    ['P2', 200, 'degraded'],
    ['P3', 200, 'ok'],
  ] as const)(
    'a live %s alert from elsewhere makes its component %i %s, and raises nothing more',
    async (severity, status, shown) => {
      const api = await startSwitch();
      const { clock, ctx, next } = await setUp(component('api', [httpCheck(api.url)]));
      await next();
      const report = completeReport({ severity, service: 'prometheus', labels: { component: 'api' } });
      await ctx.intake.submit([report], null);
      const since = clock.now();
      await next();
      const answered = await answerComponentHealth(ctx, 'api', nobody);
      expect(answered).toMatchObject({ status, body: { status: shown, checked_at: toIso(clock.now()) } });
      if (shown !== 'ok')
        expect(answered.body).toMatchObject({
          [shown === 'down' ? 'error' : 'reason']: 'alert',
          since: toIso(since),
        });
      expect(await ctx.db.selectFrom('alert').selectAll().execute()).toHaveLength(1);
      await ctx.intake.submit([{ ...report, status: 'resolved' }], null);
      expect(await answerComponentHealth(ctx, 'api', nobody)).toMatchObject({
        status: 200,
        body: { status: 'ok' },
      });
    },
  );

  it("a component's own alert says nothing of it: one that was resolved too late leaves it ok", async () => {
    const api = await startSwitch();
    api.turn(503);
    const { ctx, watcher, next } = await setUp(component('api', [httpCheck(api.url, { failuresToDown: 1 })]));
    await next();
    await watcher.probing.stop();
    await ctx.db.deleteFrom('check_state').execute();
    await ctx.db.deleteFrom('component_status').execute();
    expect(await ctx.db.selectFrom('alert').selectAll().execute()).toMatchObject([{ ended_at: null }]);
    expect((await answerComponentHealth(ctx, 'api', nobody)).body.status).toBe('unknown');
  });

  it('the list shows each check with its last result and the last good one', async () => {
    const api = await startSwitch();
    const { clock, ctx, next } = await setUp(
      component(
        'api',
        [httpCheck(api.url, { failuresToDown: 1 }), httpCheck(api.url, { ...onDemand, name: 'deep' })],
        {
          dependsOn: ['db'],
        },
      ),
      component('db', [httpCheck(api.url)]),
    );
    await next();
    await next();
    api.turn(503);
    await next();
    await next();
    const { data } = (await runAction(listComponents, { ...ctx, actor: viewer }, {})) as { data: unknown[] };
    expect(data).toMatchObject([
      {
        id: 'api',
        name: 'The api',
        depends_on: ['db'],
        status: 'down',
        checks: [
          {
            name: 'front',
            kind: 'http',
            interval_seconds: 10,
            status: 'down',
            detail: 'status < 400, was 503',
            last_good: { at: expect.stringContaining('2026-03-01T12:00'), latency_ms: expect.any(Number) },
          },
          {
            name: 'deep',
            interval_seconds: null,
            status: 'down',
            checked_at: toIso(clock.now()),
            last_good: null,
          },
        ],
      },
      { id: 'db' },
    ]);
  });

  it('a component under planned work says until when, and is measured all the same', async () => {
    const api = await startSwitch();
    api.turn(503);
    const harness = await open();
    const at = harness.clock.now();
    const planned = (match: MaintenanceConfig['match'], endsAt: number, name: string) => ({
      name,
      match,
      schedule: { kind: 'once' as const, startsAt: at, endsAt },
      comment: null,
    });
    const watcher = await startWatcher(
      harness,
      [component('api', [httpCheck(api.url)]), component('db', [])],
      {
        config: {
          maintenance: [
            planned({ component: ['api'] }, at + 60_000, 'short'),
            planned({ kind: ['availability'], severity: ['P1'], service: ['api'] }, at + 120_000, 'long'),
            planned({ component: ['api'], severity: ['P3'] }, at + 180_000, 'of other alerts'),
          ],
        },
      },
    );
    await runNext(harness.clock, watcher.probing);
    await runNext(harness.clock, watcher.probing);
    const ctx = { ...watcher.ctx(), actor: viewer };
    expect((await answerServicesHealth(ctx, nobody)).body.services).toMatchObject({
      api: { status: 'down', maintenance_until: toIso(at + 120_000) },
      db: expect.not.objectContaining({ maintenance_until: expect.anything() }),
    });
    expect(await runAction(listComponents, ctx, {})).toMatchObject({
      data: [
        { id: 'api', maintenance: 'long', maintenance_until: toIso(at + 120_000) },
        { id: 'db', maintenance: null, maintenance_until: null },
      ],
    });
    await harness.clock.advance(120_000);
    expect((await answerComponentHealth(watcher.ctx(), 'api', nobody)).body).not.toHaveProperty(
      'maintenance_until',
    );
  });

  it('checks that are run by hand show what they found, and keep nothing', async () => {
    const api = await startSwitch();
    api.turn(503);
    const { ctx } = await setUp(component('api', [httpCheck(api.url)]));
    expect(await runAction(runChecks, { ...ctx, actor: viewer }, { id: 'api' })).toMatchObject({
      id: 'api',
      status: 'down',
      reason: 'status_mismatch',
      checks: [{ name: 'front', status: 'down' }],
    });
    expect(await ctx.db.selectFrom('check_state').selectAll().execute()).toEqual([]);
    await expect(runAction(runChecks, { ...ctx, actor: viewer }, { id: 'no' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
