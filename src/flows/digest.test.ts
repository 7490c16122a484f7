import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { runAction } from '../core/action.ts';
import type { FlowCtx } from './context.ts';
import { createDigest, showDigest } from './digest.ts';
import { correlateIncident, showRecurrence } from './incident-intelligence.ts';

const dayMs = 86_400_000;

async function start(harness: StoreHarness): Promise<Worker> {
  const config = await loadTestConfig(({ intelligence, routes }) => ({
    intelligence: { ...intelligence, digest: { ...intelligence.digest, route: 'weekly' } },
    channels: { ops: { type: 'log' }, team: { type: 'log' } },
    routes: [
      ...routes,
      {
        name: 'weekly',
        match: { service: ['nothing'] },
        channels: ['team'],
        groupWaitMs: null,
        severityFloor: 'P0',
        sendResolved: true,
        dedupeTtlMs: null,
        quietHours: null,
        repeatIntervalMs: null,
        continue: false,
      },
    ],
  }));
  return startWorker(harness, { config });
}

/** An incident of the alert that begins now and is over two minutes later. */
async function suffer(harness: StoreHarness, worker: Worker, service: string, kind: string): Promise<void> {
  const report = { service, kind, severity: 'P1', title: `${service} ${kind}` } as const;
  await worker.report(report);
  await worker.settle();
  await worker.report({ ...report, status: 'resolved' });
  await harness.clock.advance(2 * 60_000);
  await worker.settle();
}

const run = (worker: Worker, action: unknown, input: object) =>
  runAction<FlowCtx>(action as never, worker.ctx, input) as Promise<Record<string, unknown>>;

describeEachStore('what incidents have in common', (open) => {
  it('is answered the closest first, with the reason', async () => {
    const harness = await open();
    const worker = await start(harness);
    await suffer(harness, worker, 'api', 'latency');
    await harness.clock.advance(5 * dayMs);
    await suffer(harness, worker, 'api', 'disk');
    await suffer(harness, worker, 'web', 'latency');
    await suffer(harness, worker, 'db', 'disk');
    await harness.clock.advance(60 * 60_000);
    await suffer(harness, worker, 'api', 'latency');
    const { data, number } = await run(worker, correlateIncident, { id: 'INC-5' });
    expect(number).toBe('INC-5');
    expect(data).toMatchObject([
      { number: 'INC-1', score: 100, reason: 'same_signature' },
      { number: 'INC-2', score: 40, reason: 'same_service' },
      { number: 'INC-3', score: 30, reason: 'same_kind' },
    ]);
  });

  it('counts what came again in 7 and in 30 days, and says what to do', async () => {
    const harness = await open();
    const worker = await start(harness);
    for (const days of [31, 10, 3, 0]) {
      await suffer(harness, worker, 'api', 'latency');
      await harness.clock.advance(days * dayMs);
    }
    expect(await run(worker, showRecurrence, { id: '4' })).toMatchObject({
      level: 'warn',
      signature: { days_7: 2, days_30: 3, level: 'warn' },
      kind: { days_7: 2, days_30: 3, level: 'none' },
      kinds: ['latency'],
      recommendation: expect.stringContaining('Find its cause'),
    });
  });
});

describeEachStore('the weekly digest', (open) => {
  it('goes to its route alone, once a week, however many processes and ticks', async () => {
    const harness = await open();
    const workers = [await start(harness), await start(harness)];
    const loops = workers.flatMap(({ ctx }) => [createDigest(ctx), createDigest(ctx)]);
    const tickAll = async () => (await Promise.all(loops.map((loop) => loop.tick()))).filter(Boolean).length;
    // A Sunday noon; it is due on Monday at 08:00.
    expect(await tickAll()).toBe(0);
    await harness.clock.advance(20 * 3_600_000);
    expect(await tickAll()).toBe(1);
    expect(await tickAll()).toBe(0);
    await harness.clock.advance(7 * dayMs);
    expect(await tickAll()).toBe(1);
    expect(await workers[0]?.messages()).toEqual([
      'team digest Digest of 2026-02-23 to 2026-03-02',
      'team digest Digest of 2026-03-02 to 2026-03-09',
    ]);
  });

  it('names the incidents of the week, and what comes again with what to do', async () => {
    const harness = await open();
    const worker = await start(harness);
    for (let times = 0; times < 3; times++) {
      await suffer(harness, worker, 'api', 'latency');
      await harness.clock.advance(dayMs);
    }
    const { markdown } = await run(worker, showDigest, {});
    expect(markdown).toContain('- Incidents: 3 (3 P1)');
    expect(markdown).toContain('- **warn** api latency (api): 3 times in 7 days, 3 in 30. Find its cause');
    expect(markdown).toContain('- INC-3 P1 api latency (api in prod), resolved after 2m');
  });
});
