import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { openRun } from '../runs/index.ts';
import { createTaskCommands } from './run-commands.ts';

async function open(harness: StoreHarness) {
  const { ctx } = await startWorker(harness);
  const warnings: string[] = [];
  const log = { ...ctx.log, warn: (_: object, message: string) => void warnings.push(message) };
  const asked = { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null } as const;
  const run = await openRun(ctx, asked);
  const speaker = {
    runId: 'run_1',
    taskRunId: run?.run_id ?? '',
    profile: 'edge',
    task: 'dns',
    service: 'edge',
    redact: (text: string) => text,
  };
  const { take, settled } = createTaskCommands({ ...ctx, log }, speaker);
  const alerts = () => ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
  const metrics = async () =>
    (await ctx.db.selectFrom('run_metric').selectAll().orderBy('id').execute()).map(
      ({ run_id, metric_name, metric_value }) => [run_id === run?.run_id, metric_name, metric_value],
    );
  return { take, settled, warnings, alerts, metrics };
}

describeEachStore('a ::tocsin line', (openStore) => {
  it('raises an alert that says which task of which run it is from, and a later one resolves it', async () => {
    const { take, settled, alerts, warnings } = await open(await openStore());
    take('::tocsin alert {"title":"disk full","severity":"high","labels":{"disk":"sda"}}');
    take('::tocsin alert {"title":"disk full","service":"db"}');
    await settled();
    take(
      '::tocsin alert {"title":"disk full","severity":"high","labels":{"disk":"sda"},"status":"resolved"}',
    );
    await settled();
    const [own, other] = await alerts();
    expect(own).toMatchObject({ service: 'edge', source: 'job:edge', severity: 'P1', title: 'disk full' });
    expect(JSON.parse(own?.labels ?? '')).toMatchObject({ profile: 'edge', task: 'dns', disk: 'sda' });
    expect(JSON.parse(own?.annotations ?? '')).toEqual({ run_id: 'run_1' });
    expect(own?.ended_at).not.toBe(null);
    expect(other).toMatchObject({ service: 'db', ended_at: null });
    expect(warnings).toEqual([]);
  });

  it('says of no other profile that it is from there, so that no profile sets itself off', async () => {
    const { take, settled, alerts } = await open(await openStore());
    take('::tocsin alert {"title":"a","source":"me","labels":{"profile":"mine","task":"part"}}');
    await settled();
    const [alert] = await alerts();
    expect(alert?.source).toBe('me');
    expect(JSON.parse(alert?.labels ?? '')).toMatchObject({ profile: 'edge', task: 'part' });
  });

  it('that is wrong is told in the log, each but the first five only counted', async () => {
    const { take, settled, alerts, warnings } = await open(await openStore());
    take('::tocsin alert {"title":3}');
    take('::tocsin alert {"title":"a","labels":"b"}');
    take('::tocsin shout');
    take('::tocsin alert {"title":"fine"}');
    for (let i = 0; i < 10; i++) take('::tocsin alert');
    await settled();
    expect(warnings).toHaveLength(5);
    expect(warnings.join('\n')).toMatch(/"shout" is no command/);
    expect(warnings.at(-1)).toMatch(/further ones are not logged/);
    expect((await alerts()).map(({ title }) => title)).toEqual(['fine']);
  });

  it('beyond a thousand alerts of one task is left out', async () => {
    const { take, settled, alerts, warnings } = await open(await openStore());
    for (let i = 0; i < 1003; i++) take(`::tocsin alert {"title":"a","service":"s${i % 3}"}`);
    await settled();
    expect((await alerts()).reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(1000);
    expect(warnings).toHaveLength(3);
  });

  it('records a metric of its run, and what is wrong with one keeps out no other', async () => {
    const { take, settled, metrics, warnings } = await open(await openStore());
    take('::tocsin metric files_changed=3');
    take('::tocsin metric files_changed=2.5');
    take('::tocsin metric weather=3');
    take('::tocsin metric cost_usd=-1');
    take('::tocsin metric cost_usd=1e999');
    take('::tocsin metric cost_usd=0.25');
    await settled();
    expect(await metrics()).toEqual([
      [true, 'files_changed', 3],
      [true, 'cost_usd', 0.25],
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/files_changed=2.5" must be a whole number$/),
      expect.stringMatching(/weather=3" is unknown; known are duration_ms, .*; add others under metrics:/),
      expect.stringMatching(/must be at least 0$/),
      expect.stringMatching(/must be a finite number$/),
    ]);
  });

  it('beyond a thousand metrics of one task is left out', async () => {
    const { take, settled, metrics, warnings } = await open(await openStore());
    for (let i = 0; i < 1002; i++) take(`::tocsin metric tokens_used=${i}`);
    await settled();
    expect(await metrics()).toHaveLength(1000);
    expect(warnings).toHaveLength(2);
  });
});
