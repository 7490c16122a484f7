import { describe, expect, it } from 'vitest';
import { jobsOf, scheduled } from '../../test/profiles.ts';
import { describeSharedStores, openInMemory, quietLog, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { ProfileConfig } from '../config/types.ts';
import { AppError } from '../core/errors.ts';
import { openRun } from '../runs/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { createProfileSchedule, type ProfileSchedule, type TickRequest } from './schedule-profiles.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const config = await loadTestConfig();

/** A process with a schedule, on a database that others may share. */
type Process = {
  schedule: ProfileSchedule;
  /** What it ran, as `profile minutes since the start of the test`. */
  ran: string[];
  /** What it said. */
  said: string[];
  configure(...profiles: ProfileConfig[]): void;
  /** Takes the place of running; before it the tick is taken. */
  breaks: { run?: (request: TickRequest) => void; db?: FlowCtx['db'] };
  countTicks(): Promise<Record<string, number>>;
};

/** As a process that has died since. */
async function takeTick({ ctx, clock }: StoreHarness, profile: string): Promise<void> {
  await openRun(ctx, { profile, source: 'cron', scheduledFor: clock.now(), onlyTask: null });
}

async function startProcess(
  harness: StoreHarness,
  profiles: ProfileConfig[],
  store?: Store,
): Promise<Process> {
  const { ctx: base } = await startWorker(harness, { config, ...(store && { store }) });
  let jobs = jobsOf(profiles);
  const breaks: Process['breaks'] = {};
  const said: string[] = [];
  const say = (_: unknown, text: string) => void said.push(text);
  const ctx: FlowCtx = {
    ...base,
    log: { ...quietLog, info: say, warn: say, error: say },
    get config() {
      return { ...base.config, jobs };
    },
    get db() {
      return breaks.db ?? base.db;
    },
  };
  const ran: string[] = [];
  const run = async (request: TickRequest) => {
    breaks.run?.(request);
    if (!(await openRun(ctx, request))) return { outcome: 'taken' };
    ran.push(`${request.profile} ${(request.scheduledFor - Date.parse('2026-03-01T12:00:00Z')) / minuteMs}`);
    return { outcome: 'ended' };
  };
  return {
    schedule: createProfileSchedule({ ctx, run, onRound() {} }),
    ran,
    said,
    breaks,
    configure(...changed) {
      jobs = jobsOf(changed);
    },
    async countTicks() {
      const { values } = await ctx.metrics.profileTicks.get();
      return Object.fromEntries(
        values.map(({ labels, value }) => [`${labels.profile} ${labels.outcome}`, value]),
      );
    },
  };
}

describe('the schedule', () => {
  it('runs each profile when its time has come', async () => {
    const harness = await openInMemory();
    const process = await startProcess(harness, [scheduled('a'), scheduled('b', { cron: '*/2 * * * *' })]);
    process.schedule.start();
    await harness.clock.advance(4 * minuteMs);
    await process.schedule.stop();
    await expect.poll(() => process.ran.length).toBe(6);
    expect(process.ran.toSorted()).toEqual(['a 1', 'a 2', 'a 3', 'a 4', 'b 2', 'b 4']);
    await harness.clock.advance(4 * minuteMs);
    expect(process.ran).toHaveLength(6);
  });

  it.each([
    ['none', 2, []],
    ['none', 0.5, ['a 0']],
    ['last', 2, ['a 0']],
  ] as const)(
    'catches up by %s, %d minutes after ticks were missed: %j',
    async (catchUp, lateMinutes, ran) => {
      const harness = await openInMemory();
      const hourly = scheduled('a', { cron: '0 * * * *', catchUp });
      const before = await startProcess(harness, [hourly, scheduled('b', { cron: '0 * * * *' })]);
      harness.clock.goBack(3.5 * hourMs);
      await takeTick(harness, 'a');
      await harness.clock.advance(3.5 * hourMs + lateMinutes * minuteMs);

      const after = await startProcess(harness, [hourly, scheduled('b', { cron: '0 * * * *' })]);
      expect(await after.schedule.tick()).toBe(ran.length);
      expect(after.ran).toEqual(ran);
      // Of those before the last one none comes, and another look finds nothing.
      expect(after.said[0]).toMatch(/^\[job\] a: \d ticks were missed$/);
      expect(await after.schedule.tick()).toBe(0);
      expect(await before.schedule.tick()).toBe(0);
    },
  );

  it('takes a machine that slept as one that was down', async () => {
    const harness = await openInMemory();
    const { schedule, ran, countTicks } = await startProcess(harness, [
      scheduled('lost', { cron: '*/10 * * * *' }),
      scheduled('late', { cron: '*/10 * * * *', catchUp: 'last' }),
      scheduled('patient', { cron: '*/10 * * * *', graceMs: hourMs }),
    ]);
    await harness.clock.advance(35 * minuteMs);
    expect(await schedule.tick()).toBe(2);
    expect(ran.toSorted()).toEqual(['late 30', 'patient 30']);
    expect(await countTicks()).toEqual({
      'lost missed': 3,
      'late missed': 2,
      'late ended': 1,
      'patient missed': 2,
      'patient ended': 1,
    });
    await harness.clock.advance(5 * minuteMs);
    expect(await schedule.tick()).toBe(3);
  });

  it('runs no tick twice when the clock goes back, and none later than it says', async () => {
    const harness = await openInMemory();
    const { schedule, ran } = await startProcess(harness, [scheduled('a', { cron: '*/10 * * * *' })]);
    for (let i = 0; i < 3; i++) {
      await harness.clock.advance(10 * minuteMs);
      await schedule.tick();
    }
    harness.clock.goBack(20 * minuteMs);
    await schedule.tick();
    for (let i = 0; i < 3; i++) {
      await harness.clock.advance(10 * minuteMs);
      await schedule.tick();
    }
    expect(ran).toEqual(['a 10', 'a 20', 'a 30', 'a 40']);
  });

  it('looks at the clock now and then, also when nothing is due for long', async () => {
    const harness = await openInMemory();
    const { schedule, ran } = await startProcess(harness, [scheduled('a', { cron: '0 0 * * *' })]);
    schedule.start();
    await harness.clock.advance(1000);
    harness.clock.goBack(-12 * hourMs);
    await harness.clock.advance(10_000);
    await schedule.stop();
    await expect.poll(() => ran).toEqual(['a 720']);
  });

  it('takes a changed configuration without touching other profiles', async () => {
    const harness = await openInMemory();
    const process = await startProcess(harness, [scheduled('kept'), scheduled('gone'), scheduled('changed')]);
    const { schedule, ran } = process;
    schedule.start();
    await harness.clock.advance(30_000);
    process.configure(
      scheduled('kept'),
      scheduled('changed', { cron: '0,2 * * * *' }),
      scheduled('new', { cron: '* * * * * 45' }),
    );
    schedule.reload();
    await harness.clock.advance(30_000);
    await expect.poll(() => ran.length).toBe(2);
    expect(ran.toSorted()).toEqual(['kept 1', 'new 0.75']);
    await harness.clock.advance(60_000);
    await schedule.stop();
    await expect.poll(() => ran.length).toBe(5);
    expect(ran).toContain('changed 2');
  });

  it('tries a tick that could not be begun again within its grace, and goes on whatever happens', async () => {
    const harness = await openInMemory();
    const { schedule, ran, said, breaks, countTicks } = await startProcess(harness, [
      scheduled('a', { cron: '*/10 * * * *', graceMs: 12_000 }),
      scheduled('b', { cron: '*/10 * * * *' }),
    ]);
    let failures = 2;
    breaks.run = ({ profile }) => {
      if (profile === 'a' && failures-- > 0) throw new AppError('UNAVAILABLE', 'the database is away');
    };
    await harness.clock.advance(10 * minuteMs);
    const ticked = schedule.tick();
    await expect.poll(() => ran).toEqual(['b 10']);
    await harness.clock.advance(5000);
    await harness.clock.advance(5000);
    expect(await ticked).toBe(2);
    expect(ran).toEqual(['b 10', 'a 10']);
    expect(said).toEqual(['[job] a: a tick failed; trying again', '[job] a: a tick failed; trying again']);

    failures = 100;
    await harness.clock.advance(10 * minuteMs - 10_000);
    const lost = schedule.tick();
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      await harness.clock.advance(5000);
    }
    await lost;
    expect(said.at(-1)).toBe('[job] a: a tick failed');
    expect(await countTicks()).toMatchObject({ 'a failed': 1, 'a ended': 1, 'b ended': 2 });
  });

  it('catches up when a database that was away at the start is back', async () => {
    const harness = await openInMemory();
    const hourly = scheduled('a', { cron: '0 * * * *', catchUp: 'last' });
    await takeTick(harness, 'a');
    await harness.clock.advance(90 * minuteMs);
    const closed = await openStore({ backend: 'memory' }, quietLog);
    await closed.close();
    const { schedule, ran, said, breaks } = await startProcess(harness, [hourly]);
    breaks.db = closed.db;
    schedule.start();
    await expect.poll(() => said).toHaveLength(1);
    delete breaks.db;
    await harness.clock.advance(5000);
    await expect.poll(() => ran).toEqual(['a 60']);
    await schedule.stop();
    expect(said[0]).toBe('[job] could not look for ticks that were missed; trying again');
  });

  it('does not try again what would fail again', async () => {
    const harness = await openInMemory();
    const { schedule, said, breaks } = await startProcess(harness, [scheduled('a')]);
    breaks.run = () => {
      throw new AppError('NOT_FOUND', 'no such profile');
    };
    await harness.clock.advance(minuteMs);
    expect(await schedule.tick()).toBe(1);
    expect(said).toEqual(['[job] a: a tick failed']);
  });
});

describeSharedStores('the schedules of two processes', (open) => {
  it('run each of 500 ticks once', async () => {
    const harness = await open();
    const other = await openStore(harness.options, quietLog);
    const one = await startProcess(harness, [scheduled('a')]);
    const two = await startProcess(harness, [scheduled('a')], other);
    for (let i = 0; i < 500; i++) {
      await harness.clock.advance(minuteMs);
      await Promise.all([one.schedule.tick(), two.schedule.tick()]);
    }
    await other.close();
    const ticks = Array.from({ length: 500 }, (_, i) => `a ${i + 1}`);
    expect([...one.ran, ...two.ran].toSorted()).toEqual(ticks.toSorted());
    expect(one.ran.length * two.ran.length).toBeGreaterThan(0);
    const rows = await harness.ctx.db.selectFrom('run').select('scheduled_for').execute();
    expect(rows).toHaveLength(500);
  });

  const countMissed = async (...processes: Process[]) => {
    const counts = await Promise.all(processes.map((process) => process.countTicks()));
    return counts.map((ticks) => ticks['a missed'] ?? 0).reduce((sum, missed) => sum + missed);
  };
  const hourly = scheduled('a', { cron: '0 * * * *' });

  it('count each tick that nothing ran once, those that start later too', async () => {
    const harness = await open();
    const other = await openStore(harness.options, quietLog);
    await takeTick(harness, 'a');
    const one = await startProcess(harness, [hourly]);
    const two = await startProcess(harness, [hourly], other);
    await harness.clock.advance(3.5 * hourMs);
    await Promise.all([one.schedule.tick(), two.schedule.tick()]);
    expect(await countMissed(one, two)).toBe(3);
    const third = await startProcess(harness, [hourly], other);
    await third.schedule.tick();
    await harness.clock.advance(hourMs);
    await Promise.all([one, two, third].map(({ schedule }) => schedule.tick()));
    expect(await countMissed(one, two, third)).toBe(4);
    await other.close();
  });

  it('count no tick as missed that one of them ran while the other slept', async () => {
    const harness = await open();
    const other = await openStore(harness.options, quietLog);
    const awake = await startProcess(harness, [hourly]);
    const asleep = await startProcess(harness, [hourly], other);
    for (let i = 0; i < 3; i++) {
      await harness.clock.advance(hourMs);
      await awake.schedule.tick();
    }
    await harness.clock.advance(hourMs / 2);
    await asleep.schedule.tick();
    expect(await countMissed(awake, asleep)).toBe(0);
    await other.close();
  });
});
