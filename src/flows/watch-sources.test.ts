import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { createSourceWatch } from './watch-sources.ts';

const minuteMs = 60_000;

describeEachStore('the watch over sources', (open) => {
  it('raises one alert for a sender that went silent, and ends it when it is heard again', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const ctx = {
      ...worker.ctx,
      config: { ...worker.ctx.config, sources: { 'monitor@node1': 5 * minuteMs } },
    };
    const watch = createSourceWatch(ctx);
    const heartbeats = () =>
      ctx.db
        .selectFrom('alert')
        .select(['title', 'ended_at', 'occurrences'])
        .where('kind', '=', 'heartbeat')
        .execute();

    expect(await watch.tick()).toBe(false);
    await harness.clock.advance(5 * minuteMs + 1);
    expect(await watch.tick()).toBe(true);
    expect(await watch.tick()).toBe(false);
    expect(await heartbeats()).toEqual([
      { title: 'monitor@node1 is silent', ended_at: null, occurrences: 1 },
    ]);

    await worker.report({ source: 'monitor@node1', title: 'anything' });
    // Another process, which does not remember that it was silent.
    expect(await createSourceWatch(ctx).tick()).toBe(true);
    expect(await heartbeats()).toMatchObject([{ ended_at: harness.clock.now() }]);
    expect(await watch.tick()).toBe(false);
  });

  it('calls nobody silent who is heard often, though not every time is written down', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const watch = createSourceWatch({
      ...worker.ctx,
      config: { ...worker.ctx.config, sources: { m: 1000 } },
    });
    const hear = () => worker.ctx.intake.submit([completeReport({ source: 'm' })], null);
    for (const waitMs of [0, 2000, 999]) {
      await harness.clock.advance(waitMs);
      await hear();
    }
    await harness.clock.advance(1000);
    expect(await watch.tick()).toBe(false);
    await harness.clock.advance(2);
    expect(await watch.tick()).toBe(true);
  });

  it('calls nobody silent whom no process could hear, and forgets no silence either', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const ctx = { ...worker.ctx, config: { ...worker.ctx.config, sources: { m: minuteMs } } };
    await worker.report({ source: 'm' });
    await harness.clock.advance(10 * minuteMs);
    const anew = createSourceWatch(ctx);
    expect(await anew.tick()).toBe(false);
    await harness.clock.advance(minuteMs + 1);
    expect(await anew.tick()).toBe(true);
    expect(await createSourceWatch(ctx).tick()).toBe(false);
    const live = ctx.db.selectFrom('alert').select('title').where('kind', '=', 'heartbeat');
    expect(await live.where('ended_at', 'is', null).execute()).toEqual([{ title: 'm is silent' }]);
  });

  it('misses who is heard once a day soon after a start, and not at once', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const ctx = { ...worker.ctx, config: { ...worker.ctx.config, sources: { m: 1440 * minuteMs } } };
    await worker.report({ source: 'm' });
    await harness.clock.advance(1441 * minuteMs);
    const anew = createSourceWatch(ctx);
    expect(await anew.tick()).toBe(false);
    await harness.clock.advance(10 * minuteMs + 1);
    expect(await anew.tick()).toBe(true);
  });

  it('ends the alert of a sender that is not expected any more', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const expecting = (sources: Record<string, number>) => ({
      ...worker.ctx,
      config: { ...worker.ctx.config, sources },
    });
    const silent = createSourceWatch(expecting({ gone: minuteMs, stays: minuteMs }));
    await harness.clock.advance(minuteMs + 1);
    expect(await silent.tick()).toBe(true);
    const later = createSourceWatch(expecting({ stays: 0 }));
    await harness.clock.advance(1);
    expect(await later.tick()).toBe(true);
    expect(await later.tick()).toBe(false);
    const rows = await worker.ctx.db.selectFrom('alert').selectAll().orderBy('service').execute();
    expect(rows).toMatchObject([
      { service: 'gone', ended_at: harness.clock.now() },
      { service: 'stays', ended_at: null },
    ]);
  });
});
