import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { writeHealth } from '../health/index.ts';
import { applyRetention } from './retention.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
const nothing = { records: [], states: [], changes: [], results: [], maintenance: [] };

const keepResult = (worker: Worker, at: number, component = 'api') =>
  writeHealth(worker.ctx, {
    ...nothing,
    results: [{ component, check: 'front', status: 'ok', latencyMs: 1, at }],
  });

const keepStep = (worker: Worker, at: number) =>
  writeHealth(worker.ctx, {
    ...nothing,
    changes: [{ component: 'api', at, from: null, to: 'ok', reason: null }],
  });

async function listHistories(worker: Worker): Promise<string[]> {
  const rows = await worker.ctx.db.selectFrom('check_history').selectAll().orderBy('at').execute();
  return rows.map(({ resolution, component }) => `${component} ${resolution}`).toSorted();
}

async function listTimes(worker: Worker, table: 'component_change' | 'component_maintenance') {
  const column = table === 'component_change' ? 'at' : 'until_at';
  const rows = await worker.ctx.db.selectFrom(table).selectAll().execute();
  return rows.map((row) => `${row.component} ${(row as Record<string, unknown>)[column]}`).toSorted();
}

describeEachStore('the retention of history', (open) => {
  const setUp = async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    return { worker, clock: harness.clock, now: harness.clock.now() };
  };

  it.each([
    ['two days', 2 * dayMs, ['api day', 'api hour', 'api minute']],
    ['more', 2 * dayMs + 2 * minuteMs, ['api day', 'api hour']],
    ['90 days', 90 * dayMs, ['api day', 'api hour']],
    ['90 days and two hours', 90 * dayMs + 2 * hourMs, ['api day']],
    ['five years', 5 * yearMs, ['api day']],
    ['five years and two days', 5 * yearMs + 2 * dayMs, []],
  ])('keeps of what is %s old what is still asked for', async (_, ageMs, left) => {
    const { worker, clock, now } = await setUp();
    await keepResult(worker, now);
    await clock.advance(ageMs);
    const counted = await applyRetention(worker.ctx, true);
    expect(counted).toMatchObject({ check_history: 3 - left.length });
    expect(await applyRetention(worker.ctx, false)).toEqual(counted);
    expect(await applyRetention(worker.ctx, false)).toMatchObject({ check_history: 0 });
    expect(await listHistories(worker)).toEqual(left);
  });

  it('removes what a clock that was ahead has left, and nothing by a clock that is behind', async () => {
    const { worker, clock, now } = await setUp();
    await worker.ctx.db.updateTable('migration').set({ applied_at: now }).execute();
    await keepResult(worker, now);
    await keepResult(worker, now + 6 * yearMs, 'ahead');
    await keepResult(worker, now + hourMs, 'soon');
    clock.goBack(30 * yearMs);
    expect(await applyRetention(worker.ctx, false)).toMatchObject({ check_history: 0 });
    await clock.advance(30 * yearMs);
    expect(await applyRetention(worker.ctx, false)).toMatchObject({ check_history: 3 });
    expect((await listHistories(worker)).filter((one) => one.startsWith('ahead'))).toEqual([]);
    expect(await listHistories(worker)).toHaveLength(6);
  });

  it('keeps the steps and the planned work that uptime looks back to', async () => {
    const { worker, clock, now } = await setUp();
    for (const at of [now - 2, now - 1, now, now + dayMs]) await keepStep(worker, at);
    const note = (component: string, fromMs: number, untilMs: number) => ({ component, fromMs, untilMs });
    const maintenance = [note('api', now - 9, now - 1), note('web', now - 9, now + dayMs)];
    await writeHealth(worker.ctx, { ...nothing, maintenance });
    await clock.advance(1826 * dayMs);
    const removed = await applyRetention(worker.ctx, false);
    expect(removed).toMatchObject({ component_changes: 2, component_maintenance: 1 });
    expect(await listTimes(worker, 'component_change')).toEqual([`api ${now}`, `api ${now + dayMs}`]);
    expect(await listTimes(worker, 'component_maintenance')).toEqual([`web ${now + dayMs}`]);
  });
});
