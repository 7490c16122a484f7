import { describe, expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import {
  describeEachStore,
  describeSharedStores,
  openInMemory,
  type StoreHarness,
} from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { startTelling } from '../../test/told.ts';
import { createSilence } from '../alerts/index.ts';
import type { RouteConfig } from '../config/types.ts';
import { acknowledgeIncident } from '../incidents/index.ts';
import { openStore } from '../store/index.ts';
import { moveAction } from './incident-actions.ts';
import { tellAgain } from './supervise-repeat.ts';
import { alertWhy } from './why.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const firing = { title: 'down', dedupeTtlMs: null } as const;
const mild = { ...firing, severity: 'P3' } as const;

function configure(given: Partial<RouteConfig> = {}) {
  return loadTestConfig(({ routes }) => ({
    routes: routes.map((route) => ({ ...route, repeatIntervalMs: 4 * hourMs, ...given })),
  }));
}

const start = async (open: () => Promise<StoreHarness>, given: Partial<RouteConfig> = {}) =>
  startTelling(await open(), await configure(given));

// The clock of the tests starts at 12:00.
describeEachStore('what goes on and what nobody has taken', (open) => {
  it('is told again each time that the interval has passed, and its end once', async () => {
    const stage = await start(open);
    await stage.report(firing);
    await stage.settle();
    await stage.pass(4 * hourMs - 1);
    expect(await stage.sent()).toHaveLength(1);
    await stage.pass(1);
    await stage.pass(4 * hourMs);
    await stage.report({ ...firing, status: 'resolved' });
    await stage.pass(minuteMs);
    await stage.pass(9 * hourMs);
    expect(await stage.sent()).toEqual([
      '12:00 incident.opened P1 down',
      '16:00 incident.updated Still open: P1 down',
      '20:00 incident.updated Still open: P1 down',
      expect.stringContaining('20:01 incident.resolved'),
    ]);
    const again = await stage.ctx.db
      .selectFrom('notification')
      .select(['payload', 'route'])
      .orderBy('created_at')
      .execute();
    expect(again[1]).toMatchObject({ route: 'all' });
    expect(again[1]?.payload).toContain('INC-1 has been open for 4h, and nobody has acknowledged it.');
    const why = (await alertWhy.run(stage.ctx, { alert_ref: 'INC-1' })) as { answer: string };
    expect(why.answer).toContain(
      'it went on after the repeat interval, and was told again: all → ops, 2 times',
    );
  });

  it('is told again as an alert where it opened no incident', async () => {
    const stage = await start(open);
    const [ref = ''] = await stage.report(mild);
    await stage.settle();
    await stage.pass(4 * hourMs);
    await stage.pass(2 * hourMs);
    await stage.report({ ...mild, status: 'resolved' });
    await stage.pass(4 * hourMs);
    expect(await stage.sent()).toEqual([
      '12:00 alert.firing P3 down',
      '16:00 alert.firing Still firing: P3 down',
      expect.stringContaining('22:00 alert.resolved'),
    ]);
    expect(await alertWhy.run(stage.ctx, { alert_ref: ref })).toMatchObject({ told: true });
  });
});

describe('what goes on and what nobody has taken, on any store', () => {
  const open = openInMemory;

  it('is not told again once its time to live has passed without a report, nor where the route says off', async () => {
    const stage = await start(open);
    await stage.report({ ...mild, dedupeTtlMs: 30 * minuteMs });
    await stage.settle();
    await stage.pass(4 * hourMs);
    expect(await stage.sent()).toHaveLength(1);
    const off = await start(open, { repeatIntervalMs: null });
    await off.report(mild);
    await off.settle();
    await off.pass(9 * hourMs);
    expect(await off.sent()).toHaveLength(1);
  });

  it('rests while somebody has it, and is told again when it is left once more', async () => {
    const stage = await start(open);
    await stage.report(firing);
    await stage.settle();
    await run(stage, moveAction, { id: 'INC-1', status: 'mitigating' });
    await stage.pass(4 * hourMs);
    await stage.ctx.db.updateTable('incident').set({ status: 'open' }).execute();
    await stage.pass(4 * hourMs);
    await run(stage, acknowledgeIncident, { id: 'INC-1' });
    await stage.pass(9 * hourMs);
    expect((await stage.sent()).slice(1)).toEqual(['20:00 incident.updated Still open: P1 down']);
  });

  it('rests while a silence holds it', async () => {
    const stage = await start(open);
    await stage.report(firing, { ...mild, title: 'slow' });
    await stage.settle();
    const until = new Date(stage.clock.now() + 5 * hourMs).toISOString();
    const silencer = { name: 'ann', role: 'operator', entitlements: ['tools.alerts.silence'] } as const;
    await run(stage, createSilence, { matchers: { env: ['prod'] }, ends_at: until, comment: 'x' }, silencer);
    await stage.pass(4 * hourMs);
    expect(await stage.sent()).toHaveLength(2);
  });

  it('counts from its last message, whatever that said, and goes by the interval that is in force', async () => {
    const stage = await start(open);
    await stage.report({ ...firing, severity: 'P2', kind: 'disk' });
    await stage.settle();
    await stage.pass(3 * hourMs);
    await stage.report({ ...firing, severity: 'P1', kind: 'disk' });
    await stage.settle();
    await stage.pass(hourMs);
    expect((await stage.sent()).map((line) => line.slice(0, 24))).toEqual([
      '12:00 incident.opened P2',
      '15:00 incident.escalated',
    ]);
    const quick = await configure({ repeatIntervalMs: hourMs });
    await tellAgain({ ...stage.ctx, config: quick });
    await stage.settle();
    expect((await stage.sent()).at(-1)).toBe('16:00 incident.updated Still open: P1 down');
  });

  it('waits for the end of quiet hours, once, and P0 does not', async () => {
    const quietHours = { fromMs: 13 * hourMs, toMs: 7 * hourMs, days: null, timezone: 'UTC' };
    const stage = await start(open, { quietHours });
    await stage.report(firing, { ...mild, title: 'slow', service: 'web' });
    await stage.report({ ...firing, severity: 'P0', service: 'db', title: 'gone' });
    await stage.settle();
    for (let hour = 0; hour < 22; hour++) await stage.pass(hourMs);
    expect((await stage.sent()).slice(3).toSorted()).toEqual([
      '00:00 incident.updated Still open: P0 gone',
      '04:00 incident.updated Still open: P0 gone',
      '07:00 alert.firing Still firing: P3 slow',
      '07:00 incident.updated Still open: P1 down',
      '08:00 incident.updated Still open: P0 gone',
      '16:00 incident.updated Still open: P0 gone',
      '20:00 incident.updated Still open: P0 gone',
    ]);
  });

  it('is told ten at a time, behind all news', async () => {
    const stage = await start(open);
    const many = Array.from({ length: 12 }, (_, i) => ({ ...mild, title: `disk ${'abcdefghijkl'[i]}` }));
    await stage.report(...many);
    await stage.settle();
    await stage.clock.advance(4 * hourMs);
    await stage.report({ ...mild, title: 'news' });
    await stage.supervisor.tick();
    const waiting = () =>
      stage.ctx.db.selectFrom('notification').select('payload').where('status', '=', 'pending').execute();
    expect((await waiting()).map(({ payload }) => payload.includes('news'))).toEqual([true]);
    await stage.settle();
    expect((await stage.sent()).slice(12).map((line) => line.slice(6, 31))).toEqual([
      'alert.firing P3 news',
      ...Array.from({ length: 12 }, () => 'alert.firing Still firing'),
    ]);
    await stage.clock.advance(4 * hourMs);
    expect(await tellAgain(stage.ctx)).toBe(10);
  });
});

describeSharedStores('of processes that tell again at once', (open) => {
  it('each channel hears of it once', async () => {
    const harness = await open();
    const stage = await startTelling(harness, await configure());
    await stage.report(firing, { ...mild, title: 'slow', service: 'web' });
    await stage.settle();
    const store = await openStore(harness.options, stage.ctx.log);
    const other = await startWorker(harness, { config: stage.ctx.config, store, owner: 'worker-2' });
    await harness.clock.advance(4 * hourMs);
    const told = await Promise.all([tellAgain(stage.ctx), tellAgain(other.ctx), tellAgain(stage.ctx)]);
    expect(told.reduce((sum, count) => sum + count)).toBe(2);
    await stage.settle();
    await store.close();
    expect(await stage.sent()).toHaveLength(4);
  });
});
