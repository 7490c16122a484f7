import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import type { Ctx } from '../store/index.ts';
import { resolutions } from './decide-history.ts';
import { decideUptime } from './decide-uptime.ts';
import { writeHealth } from './queries.ts';
import { listHistory, listMaintenance, listStatusSteps } from './queries-history.ts';
import type { CheckResult, ComponentChange, ComponentState, MaintenanceNote } from './types.ts';

const minuteMs = 60_000;
const nothing = { records: [], states: [], changes: [], results: [], maintenance: [] };

const result = (at: number, changes: Partial<CheckResult> = {}): CheckResult => ({
  component: 'api',
  check: 'front',
  status: 'ok',
  latencyMs: 10,
  at,
  ...changes,
});

const keep = (ctx: Ctx, ...results: CheckResult[]) => writeHealth(ctx, { ...nothing, results });

async function listOf(ctx: Ctx, resolution: (typeof resolutions)[number], component = 'api') {
  const rows = await listHistory(ctx, component, { resolution, fromMs: 0, toMs: ctx.clock.now() + 1 });
  return rows.map((row) => ({ ...row }));
}

describeEachStore('the history of checks', (open) => {
  it('adds up results of one commit and of many, in each resolution', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await keep(ctx, result(now), result(now + 1, { status: 'degraded', latencyMs: 900 }));
    await keep(ctx, result(now + 2, { latencyMs: 20 }), result(now + 3, { status: 'down', latencyMs: 5000 }));
    await keep(ctx, result(now + minuteMs, { status: 'unknown' }));
    await clock.advance(minuteMs);
    const first = { ok_count: 2, degraded_count: 1, down_count: 1, unknown_count: 0 };
    const latency = { latency_sum_ms: 930, latency_max_ms: 900 };
    const [minute, hour, day] = await Promise.all(resolutions.map((resolution) => listOf(ctx, resolution)));
    expect(minute).toEqual([
      { resolution: 'minute', component: 'api', check_name: 'front', at: now, ...first, ...latency },
      expect.objectContaining({ at: now + minuteMs, ok_count: 0, unknown_count: 1, latency_max_ms: 0 }),
    ]);
    expect(hour).toEqual([expect.objectContaining({ at: now, ...first, unknown_count: 1, ...latency })]);
    expect(day).toEqual([
      expect.objectContaining({ at: Date.parse('2026-03-01'), ...first, unknown_count: 1, ...latency }),
    ]);
  });

  it('counts late results where they belong, as those of a clock that goes back', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await keep(ctx, result(now + 10 * minuteMs));
    await keep(ctx, result(now - 26 * 60 * minuteMs), result(now));
    await clock.advance(20 * minuteMs);
    const [minutes, hours, days] = await Promise.all(resolutions.map((one) => listOf(ctx, one)));
    expect(minutes?.map(({ at }) => (at - now) / minuteMs)).toEqual([-26 * 60, 0, 10]);
    expect(hours?.map(({ at, ok_count }) => [(at - now) / minuteMs, ok_count])).toEqual([
      [-26 * 60, 1],
      [0, 2],
    ]);
    expect(days?.map(({ ok_count }) => ok_count)).toEqual([1, 2]);
  });

  it('keeps checks and components apart, and lists a range from its first to before its end', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await keep(ctx, ...[0, 1, 2, 3].map((i) => result(now + i * minuteMs)));
    await keep(ctx, result(now, { check: 'back' }), result(now, { component: 'web' }));
    const [minute] = resolutions;
    const range = { resolution: minute, fromMs: now + minuteMs, toMs: now + 3 * minuteMs };
    expect((await listHistory(ctx, 'api', range)).map(({ at }) => at)).toEqual([
      now + minuteMs,
      now + 2 * minuteMs,
    ]);
    const all = await listHistory(ctx, 'api', { ...range, fromMs: now });
    expect(all.map(({ check_name }) => check_name)).toEqual(['back', 'front', 'front', 'front']);
    expect(await listOf(ctx, minute, 'none')).toEqual([]);
  });
});

describeEachStore('what uptime is told from', (open) => {
  const change = (
    component: string,
    at: number,
    to: ComponentChange['to'],
    from: ComponentChange['from'] = null,
  ): ComponentChange => ({ component, at, from, to, reason: null });
  const state = (component: string, since: number, status: ComponentState['status']): ComponentState => ({
    component,
    status,
    reason: null,
    since,
    checkedAt: since,
    toldBy: null,
  });
  const show = async (ctx: Ctx, ids: string[], fromMs: number) => {
    const steps = await listStatusSteps(ctx, ids, fromMs);
    return ids.map((id) =>
      steps.get(id)?.map(({ at, status, before }) => `${at - fromMs} ${before} → ${status}`),
    );
  };

  it('begins with the status before, of each of many components, and goes on in order', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await writeHealth(ctx, {
      ...nothing,
      changes: [
        change('api', now - 900, 'ok'),
        change('api', now - 500, 'down'),
        change('api', now, 'degraded', 'down'),
        // Two results of one commit: the later one counts.
        change('api', now + 5, 'down', 'degraded'),
        change('api', now + 5, 'ok', 'down'),
        change('web', now + 1, 'ok'),
        change('other', now + 2, 'ok'),
      ],
      states: [state('api', now + 5, 'ok'), state('web', now + 1, 'ok')],
    });
    await clock.advance(10);
    expect(await show(ctx, ['api', 'web', 'new'], now)).toEqual([
      ['-1 unknown → down', '0 down → degraded', '5 degraded → down', '5 down → ok', '5 unknown → ok'],
      ['1 unknown → ok', '1 unknown → ok'],
      undefined,
    ]);
    expect(await show(ctx, [], now)).toEqual([]);
  });

  it('takes the status that a component has where its steps are gone, as on a new host', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await writeHealth(ctx, { ...nothing, states: [state('api', now - 700, 'ok')] });
    expect(await show(ctx, ['api'], now)).toEqual([['-700 unknown → ok']]);
  });

  it('leaves out steps of a clock that was ahead', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await writeHealth(ctx, {
      ...nothing,
      changes: [
        change('api', now + 9000, 'down'),
        change('api', now + 2, 'ok'),
        change('web', now + 9000, 'down'),
      ],
      states: [state('api', now + 2, 'ok')],
    });
    await clock.advance(5);
    expect(await show(ctx, ['api', 'web'], now)).toEqual([['2 unknown → ok', '2 unknown → ok'], undefined]);
  });

  it('begins with what was before, where what the first step came from is of a clock that was ahead', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    await writeHealth(ctx, {
      ...nothing,
      changes: [
        change('api', now - 900, 'degraded'),
        change('api', now - 500, 'ok', 'degraded'),
        change('api', now + 9000, 'down', 'ok'),
        change('api', now + 2, 'degraded', 'down'),
      ],
      states: [state('api', now + 2, 'degraded')],
    });
    await clock.advance(5);
    const steps = (await listStatusSteps(ctx, ['api'], now)).get('api') ?? [];
    const [today] = decideUptime({ steps, maintenance: [] }, now, now + 5);
    expect(today).toMatchObject({ ok: 2, degraded: 3, down: 0 });
  });

  it('has planned work up to the latest end that was noted, and none that was over before', async () => {
    const { ctx, clock } = await open();
    const now = clock.now();
    const note = (component: string, fromMs: number, untilMs: number): MaintenanceNote => ({
      component,
      fromMs: now + fromMs,
      untilMs: now + untilMs,
    });
    const write = (...maintenance: MaintenanceNote[]) => writeHealth(ctx, { ...nothing, maintenance });
    await write(note('api', 0, 30), note('web', 0, 10), note('db', -20, -10));
    await write(note('api', 0, 60), note('web', 0, 5));
    await write(note('api', 40, 50));
    const spans = await listMaintenance(ctx, ['api', 'web', 'db'], now);
    expect(Object.fromEntries(spans)).toEqual({
      api: [
        { fromMs: now, untilMs: now + 60 },
        { fromMs: now + 40, untilMs: now + 50 },
      ],
      web: [{ fromMs: now, untilMs: now + 10 }],
    });
  });
});
