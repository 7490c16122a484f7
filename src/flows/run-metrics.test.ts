import { expect, it, test } from 'vitest';
import { run as act } from '../../test/acting.ts';
import { openDoor } from '../../test/door.ts';
import { createMachine, failing, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { actions } from '../actions.ts';
import { render } from '../cli/render.ts';
import type { Actor } from '../core/actor.ts';
import { systemActor } from '../core/actor.ts';
import { getRun, listMetrics, openRun } from '../runs/index.ts';
import { applyRetention } from './retention.ts';
import { recordMetricsAction } from './run-metrics.ts';
import { runProfile } from './run-profile.ts';

const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;
const operator: Actor = {
  name: 'ann',
  role: 'operator',
  entitlements: ['tools.metrics.*', 'tools.jobs.read'],
};
const task: Actor = { name: 'job:edge', role: 'task', entitlements: ['tools.metrics.record'] };

/** A worker whose configuration knows `rows`, and a run of `edge` that waits. */
async function open(harness: StoreHarness) {
  const metrics = { rows: { unit: 'rows', min: 0, max: 100, isWhole: false } };
  const profiles = [makeProfile(['dns', 'cert'])];
  const dataDir = await makeDataDir();
  const config = await loadTestConfig(() => ({ metrics, jobs: jobsOf(profiles), dataDir }));
  const worker = await startWorker(harness, { config });
  const queued = await openRun(worker.ctx, asked);
  const run_id = queued?.run_id ?? '';
  const record = (input: object, actor = operator) =>
    act(worker, recordMetricsAction, { run_id, ...input }, actor);
  const list = async (of = run_id) => {
    const { data } = await act(worker, listMetrics, { run_id: of }, operator);
    return (data as Record<string, unknown>[]).map((metric) =>
      [metric.task, metric.metric_name, metric.metric_value].filter((part) => part !== null).join(' '),
    );
  };
  return { worker, run_id, record, list };
}

describeEachStore('metrics of a run', (openStores) => {
  it('are recorded one by one or as a batch, which counts once', async () => {
    const { record, list, worker, run_id } = await open(await openStores());
    const single = {
      metric_name: 'tokens_used',
      metric_value: 1250,
      recorded_at: '2026-02-28T10:00:00+02:00',
    };
    expect(await record(single)).toMatchObject({ status: 202, body: { recorded: 1 } });
    const batch = {
      metrics: [
        { name: 'rows', value: 0.1 },
        { name: 'rows', value: 99.75 },
      ],
      batch_id: 'b1',
    };
    expect(await record(batch)).toMatchObject({ body: { recorded: 2 } });
    expect(await record(batch)).toMatchObject({ body: { recorded: 0 } });
    expect(await list()).toEqual(['rows 99.75', 'rows 0.1', 'tokens_used 1250']);
    const page = await act(worker, listMetrics, { run_id, limit: 2 }, operator);
    const rest = await act(worker, listMetrics, { run_id, cursor: page.next_cursor }, operator);
    expect(rest).toMatchObject({
      data: [{ metric_name: 'tokens_used', recorded_at: '2026-02-28T08:00:00.000Z' }],
      next_cursor: null,
    });
  });

  it('are recorded whole or not at all, with the field that is wrong', async () => {
    const { record, list } = await open(await openStores());
    for (const [input, field] of [
      [
        {
          metrics: [
            { name: 'rows', value: 1 },
            { name: 'rows', value: 101 },
          ],
        },
        'metrics.1.value',
      ],
      [{ metrics: [{ name: 'weather', value: 1 }] }, 'metrics.0.name'],
      [{ metric_name: 'toString', metric_value: 1 }, 'metric_name'],
      [{ metric_name: 'exit_code', metric_value: 0.5 }, 'metric_value'],
      [{ metric_name: 'rows' }, 'metric_value'],
      [{}, 'metrics'],
      [{ metrics: [], batch_id: 'b' }, 'metrics'],
      [{ metrics: [{ name: 'rows', value: 1 }], metric_name: 'rows' }, 'metric_name'],
      [{ metric_name: 'rows', metric_value: 1, recorded_at: 'yesterday' }, 'recorded_at'],
    ] as const)
      await expect(record(input), field).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { errors: [expect.objectContaining({ field })] },
      });
    await expect(record({ run_id: 'run_x', metric_name: 'rows', metric_value: 1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await list()).toEqual([]);
  });

  it('are a thousand at most', async () => {
    const { record, list } = await open(await openStores());
    const many = Array.from({ length: 1000 }, () => ({ name: 'rows', value: 1 }));
    await record({ metrics: many });
    await expect(record({ metric_name: 'rows', metric_value: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'too_many_metrics' },
    });
    expect(await list()).not.toContain('rows 2');
  });

  it('are recorded by a task for its own profile alone', async () => {
    const { record, worker } = await open(await openStores());
    const input = { metric_name: 'rows', metric_value: 1 };
    expect(await record(input, task)).toMatchObject({ body: { recorded: 1 } });
    const other = await openRun(worker.ctx, { ...asked, profile: 'other' });
    await expect(record({ ...input, run_id: other?.run_id }, task)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('are its duration and exit code, those of its tasks, and what their lines say; retention takes them with it', async () => {
    const { worker, list } = await open(await openStores());
    const machine = createMachine({
      dns: (spec) => {
        spec.onCommand('::tocsin metric rows=7');
        return { durationMs: 1234 };
      },
      cert: failing(),
    });
    const result = await runProfile(runDeps(worker, machine), { ...asked, onlyTask: null });
    if (result.outcome !== 'ended') throw new Error(result.outcome);
    const { run_id } = result.run;
    expect((await list(run_id)).toSorted()).toEqual([
      'cert duration_ms 1500',
      'cert exit_code 1',
      'dns duration_ms 1234',
      'dns exit_code 0',
      'dns rows 7',
      'duration_ms 0',
      'exit_code 1',
    ]);
    const shown = await act(worker, getRun, { run_id }, operator);
    expect(shown.metrics).toMatchObject([{ task: 'dns', metric_name: 'rows', metric_value: 7 }]);
    expect(render(shown, null)).toMatch(
      /metrics:\n +id +run_id +task +metric_name +metric_value +recorded_at\n +met_\w+ +run_\w+ +dns +rows +7 +2026/,
    );
    const later = {
      ...worker.ctx,
      clock: { ...worker.ctx.clock, now: () => Date.parse('2027-01-01T00:00:00Z') },
    };
    await applyRetention(later, false);
    expect(await worker.ctx.db.selectFrom('run_metric').selectAll().execute()).toEqual([]);
  });
});

test('METRICS_API_TOKEN lets its bearer record metrics, and do nothing else', async () => {
  const { server, context } = await openDoor({ actions, env: { METRICS_API_TOKEN: 'of-the-shell-library' } });
  const run = await openRun(context(systemActor('test')), asked);
  const headers = { authorization: 'Bearer of-the-shell-library' };
  const record = (token: string) =>
    server.inject({
      method: 'POST',
      url: '/api/metrics/record',
      headers: { authorization: `Bearer ${token}` },
      payload: { run_id: run?.run_id, metric_name: 'tokens_used', metric_value: 3 },
    });
  const recorded = await record('of-the-shell-library');
  expect([recorded.statusCode, recorded.json()]).toEqual([202, { recorded: 1 }]);
  expect((await record('of-somebody-else')).statusCode).toBe(401);
  expect((await server.inject({ url: '/v1/alerts', headers })).statusCode).toBe(403);
});
