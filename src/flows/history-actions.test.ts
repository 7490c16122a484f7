import { describe, expect, it, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { type Found, probedComponent, startProbed } from '../../test/probed.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { httpCheck, type WatcherOptions } from '../../test/watched.ts';
import { createActor } from '../access/index.ts';
import { actions } from '../actions.ts';
import { runAction } from '../core/action.ts';
import { systemActor } from '../core/actor.ts';
import { writeHealth } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { createProbeRecorder } from './health-record.ts';
import { showHistory, showUptime } from './history-actions.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const viewer = createActor('a viewer', 'viewer');
const slow = httpCheck('http://127.0.0.1:9/', { name: 'slow', failuresToDown: 1, successesToRecover: 1 });

type Bucket = Record<string, unknown> & { at: string };
type History = { bucket_seconds: number; buckets: Bucket[] };
type Day = { date: string; uptime_ratio: number | null } & Record<string, unknown>;
type Uptime = Day & { days: Day[] };

const historyOf = (ctx: FlowCtx, input: object = {}) =>
  runAction(showHistory, { ...ctx, actor: viewer }, { id: 'api', ...input }) as Promise<History>;
const uptimeOf = (ctx: FlowCtx, input: object = {}) =>
  runAction(showUptime, { ...ctx, actor: viewer }, { id: 'api', ...input }) as Promise<Uptime>;

const listBuckets = ({ buckets }: History) =>
  buckets.map(
    ({ check, at, ok_count, degraded_count, down_count, unknown_count }) =>
      `${check} ${at.slice(5, 16)} ${ok_count}/${degraded_count}/${down_count}/${unknown_count}`,
  );

describeEachStore('results of checks over time', (open) => {
  const setUp = async (options: WatcherOptions = {}) => {
    const harness = await open();
    const probed = await startProbed(
      harness,
      [probedComponent('api'), probedComponent('web'), probedComponent('idle')],
      options,
    );
    return { harness, ctx: probed.watcher.ctx(), ...probed };
  };
  /** Jumps to 10 seconds before a time, at which the next results come. */
  const goTo = ({ clock }: StoreHarness, time: string) =>
    clock.advance(Date.parse(`2026-${time}Z`) - clock.now() - 10_000);

  it('are counted as they were by the minute, the hour and the day, over the borders of all three', async () => {
    const { harness, ctx, find } = await setUp();
    await goTo(harness, '03-01T23:59:40');
    for (const found of ['api ok', 'api down', 'api ok', 'api degraded'] as Found[]) await find(found);
    await find('api unknown', 'web ok');
    expect(listBuckets(await historyOf(ctx))).toEqual([
      'front 03-01T23:59 1/0/1/0',
      'front 03-02T00:00 1/1/0/1',
    ]);
    const hours = await historyOf(ctx, { window: '7d' });
    expect(hours.bucket_seconds).toBe(3600);
    expect(listBuckets(hours)).toEqual(['front 03-01T23:00 1/0/1/0', 'front 03-02T00:00 1/1/0/1']);
    const days = await historyOf(ctx, { window: '365d' });
    expect(days.bucket_seconds).toBe(86_400);
    expect(listBuckets(days)).toEqual(['front 03-01T00:00 1/0/1/0', 'front 03-02T00:00 1/1/0/1']);
    expect(days.buckets[0]).toMatchObject({ average_latency_ms: 3, max_latency_ms: 3 });
    expect((await historyOf(ctx, { id: 'idle' })).buckets).toEqual([]);
  });

  it('are told by range, minutes from the one that it begins in', async () => {
    const { harness, ctx, find } = await setUp();
    for (const time of ['03-01T12:00:10', '03-01T12:01:10', '03-01T12:02:10']) {
      await goTo(harness, time);
      await find('api ok');
    }
    const between = await historyOf(ctx, { from: '2026-03-01T12:01:59Z', to: '2026-03-01T12:02:00Z' });
    expect(between).toMatchObject({ from: '2026-03-01T12:01:00.000Z', to: '2026-03-01T12:02:00.000Z' });
    expect(listBuckets(between)).toEqual(['front 03-01T12:01 1/0/0/0']);
    const open = await historyOf(ctx, { from: '2026-03-01T12:01:00Z', to: '2099-01-01T00:00:00Z' });
    expect(listBuckets(open)).toHaveLength(2);
  });

  it('of failures alone have no latency', async () => {
    const { ctx, find } = await setUp();
    await find('api down');
    const { buckets } = await historyOf(ctx);
    expect(buckets).toMatchObject([{ down_count: 1, average_latency_ms: null, max_latency_ms: null }]);
  });

  it('stay where the check is gone, and are not told where the component is', async () => {
    const { ctx, find, watcher } = await setUp();
    await find('api ok', 'web ok');
    await watcher.configure([
      { ...probedComponent('api'), checks: [httpCheck('http://127.0.0.1:9/', { name: 'new' })] },
    ]);
    expect(listBuckets(await historyOf(watcher.ctx()))).toEqual(['front 03-01T12:00 1/0/0/0']);
    for (const ask of [historyOf, uptimeOf])
      await expect(ask(watcher.ctx(), { id: 'web' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: 'no component "web" is configured; GET /v1/components names those that are',
      });
    expect(listBuckets(await historyOf(ctx, { id: 'web' }))).toHaveLength(1);
  });

  it('make uptime by the day: unknown before the first, degraded is up, down is not', async () => {
    const { harness, ctx, find } = await setUp();
    await goTo(harness, '03-01T18:00:00');
    await find('api ok');
    await goTo(harness, '03-01T23:30:00');
    await find('api down');
    await goTo(harness, '03-02T00:15:00');
    await find('api degraded');
    await goTo(harness, '03-02T00:45:00');
    await find('api ok');
    await goTo(harness, '03-02T12:00:10');
    await find('api ok');
    harness.clock.goBack(10_000);
    const { days, ...whole } = await uptimeOf(ctx, { days: 3 });
    const none = { minutes_down: 0, minutes_degraded: 0, minutes_unknown: 0, minutes_maintenance: 0 };
    expect(days).toEqual([
      { date: '2026-02-28', ...none, minutes_unknown: 1440, uptime_ratio: null },
      { date: '2026-03-01', ...none, minutes_unknown: 1080, minutes_down: 30, uptime_ratio: 330 / 360 },
      { date: '2026-03-02', ...none, minutes_down: 15, minutes_degraded: 30, uptime_ratio: 705 / 720 },
    ]);
    expect(whole).toEqual({
      component: 'api',
      from: '2026-02-28T00:00:00.000Z',
      to: '2026-03-02T12:00:00.000Z',
      ...none,
      minutes_unknown: 2520,
      minutes_down: 45,
      minutes_degraded: 30,
      uptime_ratio: 1035 / 1080,
    });
    // The day that began with it down knows so without its step.
    expect((await uptimeOf(ctx, { days: 1 })).days).toEqual(days.slice(2));
    expect((await uptimeOf(ctx)).days).toHaveLength(90);
  });

  it('are not mixed up by a result that waited while others came', async () => {
    const { harness, find, watcher } = await setUp();
    await find('api degraded');
    const recorder = createProbeRecorder(watcher.ctx);
    await goTo(harness, '03-02T12:00:00');
    const failedAt = harness.clock.now() + 7000;
    await find('api ok');
    const outcome = { status: 'down', reason: 'timeout', detail: null, latencyMs: 3 } as const;
    const late = { componentId: 'api', check: slow, outcome, at: failedAt, isUpstreamDown: false };
    await watcher.configure([
      { ...probedComponent('api'), checks: [...probedComponent('api').checks, slow] },
    ]);
    await recorder.record(late, 'ours');
    await goTo(harness, '03-02T13:00:00');
    await recorder.record(
      { ...late, outcome: { ...outcome, status: 'ok', reason: null }, at: harness.clock.now() },
      'ours',
    );
    expect((await uptimeOf(watcher.ctx(), { days: 1 })).days).toMatchObject([
      { minutes_degraded: 720, minutes_down: 59.83 },
    ]);
  });

  it('do not count planned work, also when it is in the file no more', async () => {
    const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);
    const schedule = { kind: 'once' as const, startsAt: at('12:00:00'), endsAt: at('13:00:00') };
    const plan = { name: 'move', match: { component: ['api'] }, schedule, comment: null };
    const { harness, ctx, find } = await setUp({ config: { maintenance: [plan] } });
    await find('api ok', 'web ok');
    await goTo(harness, '03-01T12:30:00');
    await find('api down', 'web down');
    await goTo(harness, '03-01T12:59:55');
    await find('api down', 'web down');
    await goTo(harness, '03-01T14:00:00');
    await find('api ok', 'web ok');
    const later = { ...ctx, config: { ...ctx.config, maintenance: [] } };
    expect((await uptimeOf(later, { days: 1 })).days).toMatchObject([
      { minutes_down: 60, minutes_maintenance: 60, minutes_unknown: 720, uptime_ratio: 0 },
    ]);
    expect((await uptimeOf(later, { id: 'web', days: 1 })).days).toMatchObject([
      { minutes_down: 90, minutes_maintenance: 0, minutes_unknown: 720.17 },
    ]);
  });

  it('are told in the same number of queries, however many there are', async () => {
    const { ctx, find } = await setUp();
    const count = async (ask: (ctx: FlowCtx) => Promise<unknown>) => {
      let queries = 0;
      const db = ctx.db.withPlugin({
        transformQuery: ({ node }) => {
          queries++;
          return node;
        },
        transformResult: async ({ result }) => result,
      });
      await ask({ ...ctx, db });
      return queries;
    };
    for (const found of ['api ok', 'api down', 'api ok'] as Found[]) await find(found);
    expect(await count((ctx) => historyOf(ctx))).toBe(1);
    expect(await count((ctx) => uptimeOf(ctx, { days: 1825 }))).toBe(2);
  });
});

describe('over HTTP', () => {
  const openApi = async () => {
    const door = await openDoor({ actions, config: { components: [probedComponent('api')] } });
    const headers = await door.bearer('viewer');
    const ask = (path: string) => door.server.inject({ url: `/v1/components/api/${path}`, headers });
    return { ...door, ask };
  };

  test('history and uptime are asked for by their paths', async () => {
    const { ask, clock, context } = await openApi();
    const result = { component: 'api', check: 'front', status: 'ok', latencyMs: 7 } as const;
    const nothing = { records: [], states: [], changes: [], maintenance: [] };
    const results = [{ ...result, at: clock.now() - minuteMs }];
    await writeHealth(context(systemActor('test')), { ...nothing, results });
    expect((await ask('history?window=30d')).json()).toMatchObject({
      bucket_seconds: 3600,
      buckets: [{ check: 'front', at: '2026-03-01T11:00:00.000Z', average_latency_ms: 7 }],
    });
    expect((await ask('uptime?days=2')).json()).toMatchObject({
      uptime_ratio: null,
      days: [{ minutes_unknown: 1440 }, { minutes_unknown: 720 }],
    });
  });

  test.each([
    ['uptime?days=0', 'days', 'must be at least 1'],
    ['uptime?days=1826', 'days', 'must be at most 1825'],
    ['uptime?days=all', 'days', 'must be a whole number, not "all"'],
    ['uptime?days=1.5', 'days', 'must be a whole number, not "1.5"'],
    ['history?window=soon', 'window', '"soon" is not a duration, as 24h or 30d'],
    ['history?window=0s', 'window', '"0s" is not a duration'],
    ['history?window=1h&to=2026-03-01T12:00:00Z', 'window', 'give either window, or from and to'],
    ['history?window=2000d', 'window', 'must be at most 1825 days'],
    ['history?window=200000w', 'window', 'must be at most 1825 days'],
    ['history?from=0001-01-01T00:00:00Z', 'from', 'must be at most 1825 days before to'],
    ['history?from=2026-03-01T12:00:00Z', 'from', 'must be before to, and before now'],
    [
      'history?from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z',
      'from',
      'must be before to, and before now',
    ],
    ['history?from=yesterday', 'from', 'must be an ISO-8601 time'],
    ['history?hours=3', 'hours', 'is unknown; known are id, window, from, to'],
  ])('%s is refused with the field and what it may be', async (path, field, message) => {
    const { ask } = await openApi();
    const answered = await ask(path);
    expect(answered.statusCode).toBe(400);
    const [error] = answered.json().error.details.errors;
    expect(error).toMatchObject({ field, message: expect.stringContaining(message) });
  });

  test('they need a token that may read health, and a component that there is', async () => {
    const { server, bearer } = await openApi();
    for (const path of ['history', 'uptime']) {
      const ask = (id: string, headers: Record<string, string>) =>
        server.inject({ url: `/v1/components/${id}/${path}`, headers });
      expect((await ask('api', {})).statusCode).toBe(401);
      const missing = await ask('no%22body', await bearer('viewer'));
      expect(missing.statusCode).toBe(404);
      expect(missing.json().error.message).toContain('no component "no\\"body" is configured');
    }
  });
});

test('the longest uptime is of as many days as are kept', async () => {
  const { server, bearer, clock, context } = await openDoor({
    actions,
    config: { components: [probedComponent('api')] },
  });
  const since = clock.now() - 2000 * dayMs;
  const state = {
    component: 'api',
    status: 'ok',
    reason: null,
    since,
    checkedAt: since,
    toldBy: null,
  } as const;
  const nothing = { records: [], changes: [], results: [], maintenance: [] };
  await writeHealth(context(systemActor('test')), { ...nothing, states: [state] });
  const answered = await server.inject({
    url: '/v1/components/api/uptime?days=1825',
    headers: await bearer('viewer'),
  });
  expect(answered.json().days).toHaveLength(1825);
  expect(answered.json()).toMatchObject({ minutes_unknown: 0, uptime_ratio: 1 });
});
