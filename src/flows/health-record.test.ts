import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { component, httpCheck, listAllAlerts, listShown, startWatcher } from '../../test/watched.ts';
import { takeLease } from '../health/index.ts';
import type { Probed } from './health-fold.ts';
import { checksLease, createProbeRecorder } from './health-record.ts';

const check = httpCheck('http://127.0.0.1:9/', { failuresToDown: 2, successesToRecover: 1 });
const failed = { status: 'down', reason: 'connect_refused', detail: 'refused', latencyMs: 3 } as const;
const ok = { status: 'ok', reason: null, detail: null, latencyMs: 3 } as const;

describeEachStore('a recorder of results', (open) => {
  const setUp = async () => {
    const harness = await open();
    const watcher = await startWatcher(harness, [component('api', [check]), component('web', [check])]);
    const recorder = createProbeRecorder(watcher.ctx);
    await takeLease(watcher.ctx(), { name: checksLease, holder: 'node-1', token: 'ours', leaseMs: 15_000 });
    const probed = (componentId: string, outcome: Probed['outcome']): Probed => ({
      componentId,
      check,
      outcome,
      at: harness.clock.now(),
      isUpstreamDown: false,
    });
    return { harness, watcher, recorder, probed };
  };

  it('folds results that come together in their order', async () => {
    const { watcher, recorder, probed } = await setUp();
    const outcomes = [ok, failed, failed, failed, ok, failed, failed];
    await Promise.all(outcomes.map((outcome) => recorder.record(probed('api', outcome), 'ours')));
    await recorder.idle();
    const alerts = await listAllAlerts(watcher.ctx());
    expect(alerts.map(({ occurrences, ended_at }) => [occurrences, ended_at === null])).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it('keeps nothing of a process that lost its lease, and all of the one that has it', async () => {
    const { watcher, recorder, probed } = await setUp();
    const kept = await Promise.all([
      recorder.record(probed('api', ok), 'lost'),
      recorder.record(probed('web', ok), 'ours'),
    ]);
    expect(kept).toEqual([false, true]);
    expect(await listShown(watcher.ctx())).toEqual(['web ok -']);
  });

  it('counts results as they were, each once, and none that is not kept', async () => {
    const { watcher, recorder, probed } = await setUp();
    await Promise.all([ok, failed].map((outcome) => recorder.record(probed('api', outcome), 'ours')));
    await recorder.record(probed('api', failed), 'lost');
    expect(await listShown(watcher.ctx())).toEqual(['api ok -']);
    const counts = await watcher
      .ctx()
      .db.selectFrom('check_history')
      .select(['component', 'ok_count', 'down_count'])
      .execute();
    expect(counts).toEqual(Array(3).fill({ component: 'api', ok_count: 1, down_count: 1 }));
  });

  it('leaves out what was removed from the configuration meanwhile', async () => {
    const { watcher, recorder, probed } = await setUp();
    await watcher.configure([component('web', [{ ...check, intervalMs: null }])]);
    await Promise.all(['api', 'web'].map((id) => recorder.record(probed(id, ok), 'ours')));
    expect(await listShown(watcher.ctx())).toEqual([]);
  });
});
