import { expect, it } from 'vitest';
import { jobsOf, scheduled } from '../../test/profiles.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { ProfileConfig } from '../config/types.ts';
import { finishRun, openRun, startRun } from '../runs/index.ts';
import type { Ctx } from '../store/index.ts';
import { showLastSuccesses } from './profile-gauge.ts';
import { createProfileWatch } from './watch-profiles.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const config = await loadTestConfig();
const place = { host: 'node1', holder: 'node1:7' };

/** Takes the tick of now and begins its run. */
async function begin(ctx: Ctx, profile: string, source: 'cron' | 'manual' = 'cron') {
  const scheduledFor = source === 'cron' ? ctx.clock.now() : null;
  const queued = await openRun(ctx, { profile, source, scheduledFor, onlyTask: null });
  if (!queued) throw new Error('the tick is taken');
  const started = await startRun(ctx, queued, place, []);
  if (started.outcome !== 'started') throw new Error(started.outcome);
  return started;
}

async function succeed(ctx: Ctx, profile: string, source: 'cron' | 'manual' = 'cron') {
  await finishRun(ctx, await begin(ctx, profile, source), { status: 'succeeded', exit_code: 0, error: null });
}

describeEachStore('the watch over profiles', (open) => {
  const start = async (...profiles: ProfileConfig[]) => {
    const harness = await open();
    const worker = await startWorker(harness, { config });
    let jobs = jobsOf(profiles);
    const ctx = {
      ...worker.ctx,
      get config() {
        return { ...config, jobs };
      },
    };
    const alerts = async () => {
      const rows = await ctx.db
        .selectFrom('alert')
        .select(['title', 'kind', 'ended_at'])
        .orderBy('title')
        .execute();
      return rows.map(
        ({ title, kind, ended_at }) => `${kind}: ${title}${ended_at === null ? '' : ', ended'}`,
      );
    };
    return {
      ...{ ctx, alerts, clock: harness.clock, watch: createProfileWatch(ctx) },
      configure(...changed: ProfileConfig[]) {
        jobs = jobsOf(changed);
      },
    };
  };

  it('raises one alert for a tick that did not happen, and ends it with the next run', async () => {
    const { ctx, watch, clock, alerts } = await start(
      scheduled('a', { cron: '*/10 * * * *' }),
      scheduled('b'),
    );
    expect(await watch.tick()).toBe(false);
    await succeed(ctx, 'a');
    await clock.advance(11 * minuteMs);
    await succeed(ctx, 'b');
    expect(await watch.tick()).toBe(false);
    await clock.advance(1);
    expect(await watch.tick()).toBe(true);
    expect(await watch.tick()).toBe(false);
    expect(await alerts()).toEqual(['heartbeat: a did not run when it was due']);
    // Another process, which does not remember it; the run is one by hand.
    await succeed(ctx, 'a', 'manual');
    expect(await createProfileWatch(ctx).tick()).toBe(true);
    expect(await alerts()).toEqual(['heartbeat: a did not run when it was due, ended']);
  });

  it('expects a profile that never ran from the start of this process on, a changed one from its change', async () => {
    const { ctx, watch, clock, alerts, configure } = await start(scheduled('a', { cron: '0 * * * *' }));
    await clock.advance(59 * minuteMs);
    await succeed(ctx, 'b');
    expect(await watch.tick()).toBe(false);
    await clock.advance(10 * minuteMs);
    configure(scheduled('b'), scheduled('c', { cron: '5 * * * *' }));
    expect(await watch.tick()).toBe(false);
    await clock.advance(2 * minuteMs + 1);
    expect(await watch.tick()).toBe(true);
    expect(await alerts()).toEqual(['heartbeat: b did not run when it was due']);
    configure();
    expect(await watch.tick()).toBe(true);
    expect(await alerts()).toEqual(['heartbeat: b did not run when it was due, ended']);
    expect(await watch.tick()).toBe(false);
  });

  it('raises alerts for a success that is long ago and for a lock that is held too long', async () => {
    const often = { cron: '0 0 1 1 *', staleAfterMs: 2 * hourMs, timeoutMs: hourMs };
    const { ctx, watch, clock, alerts } = await start(scheduled('a', often), scheduled('never', often));
    await succeed(ctx, 'a');
    await clock.advance(90 * minuteMs);
    const running = await begin(ctx, 'a');
    await clock.advance(31 * minuteMs);
    await watch.tick();
    expect(await alerts()).toEqual([
      'heartbeat: a has not succeeded for too long',
      'heartbeat: never has not succeeded for too long',
    ]);
    await clock.advance(30 * minuteMs);
    // Its process still renews the lease.
    await ctx.db
      .updateTable('profile_lock')
      .set({ locked_until: clock.now() + 1000 })
      .execute();
    await watch.tick();
    expect(await alerts()).toContain('heartbeat: a holds its lock for too long');
    await finishRun(ctx, running, { status: 'succeeded', exit_code: 0, error: null });
    await watch.tick();
    expect(await alerts()).toEqual([
      'heartbeat: a has not succeeded for too long, ended',
      'heartbeat: a holds its lock for too long, ended',
      'heartbeat: never has not succeeded for too long',
    ]);
  });

  it('shows in the metrics when each profile last succeeded', async () => {
    const { ctx, clock } = await start(scheduled('a'), scheduled('never'));
    showLastSuccesses(ctx);
    await succeed(ctx, 'a');
    expect(await ctx.metrics.registry.metrics()).toContain(
      `\ntocsin_profile_last_success_timestamp_seconds{profile="a"} ${clock.now() / 1000}\n`,
    );
  });
});
