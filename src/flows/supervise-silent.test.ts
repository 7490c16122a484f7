import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import type { EscalationPolicy } from '../config/types.ts';

const minuteMs = 60_000;
/** Opens an incident by the built-in policy. */
const disk = { kind: 'disk', severity: 'P2', title: 'disk is full', dedupeTtlMs: 240 * minuteMs } as const;

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().orderBy('number').execute();
}

function notes(worker: Worker) {
  return worker.ctx.db
    .selectFrom('incident_event')
    .select(['message', 'occurrences'])
    .where('type', '=', 'note')
    .execute();
}

async function pass(harness: StoreHarness, worker: Worker, delayMs: number): Promise<void> {
  await harness.clock.advance(delayMs);
  await worker.settle();
}

async function start(harness: StoreHarness, defaults: Partial<EscalationPolicy['defaults']> = {}) {
  const config = await loadTestConfig(({ escalation }) => ({
    escalation: { ...escalation, defaults: { ...escalation.defaults, ...defaults } },
  }));
  return startWorker(harness, { config });
}

describeEachStore('an incident whose alerts fall silent', (open) => {
  it('is noted as a candidate once, after an hour, and stays open', async () => {
    const harness = await open();
    const worker = await start(harness);
    await worker.report(disk);
    await worker.settle();
    await pass(harness, worker, 60 * minuteMs - 1);
    expect(await notes(worker)).toEqual([]);
    await pass(harness, worker, 1);
    const notedAt = harness.clock.now();
    await pass(harness, worker, 60 * minuteMs);
    expect(await notes(worker)).toEqual([
      { message: 'no alert in 1h: a candidate to be closed', occurrences: 1 },
    ]);
    expect(await incidents(worker)).toMatchObject([{ status: 'open', candidate_at: notedAt }]);
  });

  it('is counted from the last repeat, also from one that nobody has to work on', async () => {
    const harness = await open();
    const worker = await start(harness);
    await worker.report(disk);
    await worker.settle();
    await pass(harness, worker, 30 * minuteMs);
    await worker.report(disk);
    await pass(harness, worker, 59 * minuteMs);
    expect(await notes(worker)).toEqual([]);
    await pass(harness, worker, minuteMs);
    expect(await notes(worker)).toHaveLength(1);
  });

  it.each([
    ['that live until they heal', { dedupeTtlMs: null }],
    ['that promised to repeat', { dedupeTtlMs: null, endsAt: Date.parse('2026-03-02T12:00:00Z') }],
  ])('is none while it has alerts %s', async (_, more) => {
    const harness = await open();
    const worker = await start(harness, { autoClose: true });
    await worker.report({ ...disk, ...more });
    await worker.settle();
    await pass(harness, worker, 120 * minuteMs);
    expect(await notes(worker)).toEqual([]);
    expect(await incidents(worker)).toMatchObject([{ status: 'open', candidate_at: null }]);
  });

  it('is no candidate any more once another alert joins it', async () => {
    const harness = await open();
    const worker = await start(harness);
    await worker.report({ ...disk, dedupeTtlMs: 30 * minuteMs });
    await worker.settle();
    await pass(harness, worker, 60 * minuteMs);
    expect(await incidents(worker)).toMatchObject([{ candidate_at: harness.clock.now() }]);
    await worker.report(disk);
    await worker.settle();
    expect(await incidents(worker)).toMatchObject([{ number: 1, status: 'open', candidate_at: null }]);
  });

  it('closes by itself where the policy says so, with its alerts, and tells of it once', async () => {
    const harness = await open();
    const worker = await start(harness, { autoClose: true });
    await worker.report(disk);
    await worker.settle();
    await pass(harness, worker, 60 * minuteMs);
    await pass(harness, worker, 60 * minuteMs);
    expect(await incidents(worker)).toMatchObject([{ status: 'closed' }]);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P2 disk is full',
      'ops incident.resolved Resolved: disk is full (0ms)',
    ]);
    await worker.report(disk);
    await worker.settle();
    expect(await incidents(worker)).toMatchObject([{ status: 'closed' }, { status: 'open', number: 2 }]);
  });

  it('closes once the policy allows it, though it was noted before', async () => {
    const harness = await open();
    const worker = await start(harness);
    await worker.report(disk);
    await worker.settle();
    await pass(harness, worker, 60 * minuteMs);
    const allowed = await start(harness, { autoClose: true });
    await allowed.settle();
    expect(await incidents(worker)).toMatchObject([{ status: 'closed' }]);
  });

  it('never closes by itself at P1', async () => {
    const harness = await open();
    const worker = await start(harness, { autoClose: true });
    await worker.report({ dedupeTtlMs: 240 * minuteMs });
    await worker.settle();
    await pass(harness, worker, 120 * minuteMs);
    expect(await incidents(worker)).toMatchObject([{ severity: 'P1', status: 'open' }]);
    expect(await notes(worker)).toHaveLength(1);
  });
});
