import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDefaults } from '../../test/check-defaults.ts';
import { createTestClock, type TestClock } from '../../test/clock.ts';
import { startHttpTarget, type Target } from '../../test/misbehaving-target.ts';
import type { CheckConfig } from '../config/types.ts';
import { createProber, type Prober, type ProberOptions } from './scheduler.ts';

let target: Target;
let clock: TestClock;
let prober: Prober;
let seen: { id: string; status: string; startedAt: number }[];
let logged: string[];
let scheduled: { componentId: string; check: CheckConfig }[];

const startMs = Date.parse('2026-03-01T12:00:00Z');
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (_: object, message: string) => void logged.push(message),
};

beforeEach(async () => {
  target = await startHttpTarget();
  clock = createTestClock(startMs);
  seen = [];
  logged = [];
  scheduled = [];
});
afterEach(async () => {
  await prober.stop();
  await target.close();
});

function httpCheck(
  path: string,
  changes: { name?: string; intervalMs?: number | null; timeoutMs?: number } = {},
): CheckConfig {
  const request = { kind: 'http', method: 'GET', headers: {}, body: null, followRedirects: false } as const;
  return {
    ...checkDefaults,
    retries: 0,
    ...request,
    url: `${target.url}${path}`,
    tlsVerify: true,
    ...changes,
  };
}

function make(changes: Partial<ProberOptions> = {}): Prober {
  prober = createProber({
    clock,
    log,
    checks: () => scheduled,
    async onOutcome(componentId, _, { status }, startedAt) {
      seen.push({ id: componentId, status, startedAt });
    },
    maxConcurrent: 100,
    ...changes,
  });
  prober.reload();
  return prober;
}

describe('the prober', () => {
  it('runs every check within 5 s of the start, and then once an interval on its own grid', async () => {
    scheduled = Array.from({ length: 12 }, (_, index) => ({
      componentId: `c${index}`,
      check: httpCheck('/ok'),
    }));
    make();
    for (let second = 0; second <= 300; second++) {
      await prober.tick();
      await clock.advance(1000);
    }
    for (const { componentId } of scheduled) {
      const times = seen.filter(({ id }) => id === componentId).map(({ startedAt }) => startedAt);
      expect((times[0] ?? 0) - startMs).toBeLessThanOrEqual(5000);
      expect(new Set(times.slice(1).map((time) => time % 30_000)).size).toBe(1);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(15_000);
      expect(times.length).toBeGreaterThanOrEqual(10);
      expect(times.length).toBeLessThanOrEqual(12);
    }
  });

  it('leaves checks without an interval to those who ask for them', async () => {
    scheduled = [{ componentId: 'a', check: httpCheck('/ok', { intervalMs: null }) }];
    make();
    await clock.advance(60_000);
    expect(await prober.tick()).toBe(0);
  });

  it('leaves out a slot that finds the former run still going', async () => {
    scheduled = [{ componentId: 'a', check: httpCheck('/hang', { intervalMs: 1000, timeoutMs: 10_000 }) }];
    make();
    await clock.advance(1000);
    const first = prober.tick();
    await target.asked(1);
    await clock.advance(3000);
    expect(await prober.tick()).toBe(0);
    await clock.advance(10_000);
    expect(await first).toBe(1);
    expect(seen).toMatchObject([{ status: 'down' }]);
    expect(target.requests).toHaveLength(1);
  });

  it('does not run a check again before its outcome is kept', async () => {
    const kept = Promise.withResolvers<void>();
    scheduled = [{ componentId: 'a', check: httpCheck('/ok', { intervalMs: 1000 }) }];
    make({ onOutcome: () => kept.promise });
    await clock.advance(1000);
    const first = prober.tick();
    await target.asked(1);
    await clock.advance(5000);
    expect(await prober.tick()).toBe(0);
    kept.resolve();
    expect(await first).toBe(1);
  });

  it('lets no outcome that waits to be kept delay another check', async () => {
    const kept = Promise.withResolvers<void>();
    scheduled = ['a', 'b', 'c'].map((componentId) => ({ componentId, check: httpCheck('/ok') }));
    make({ maxConcurrent: 1, onOutcome: () => kept.promise });
    await clock.advance(5000);
    const round = prober.tick();
    await target.asked(3);
    kept.resolve();
    expect(await round).toBe(3);
  });

  it('lets no hanging check delay another', async () => {
    scheduled = [
      ...Array.from({ length: 20 }, (_, index) => ({
        componentId: `hung-${index}`,
        check: httpCheck('/hang'),
      })),
      { componentId: 'well', check: httpCheck('/ok') },
    ];
    const well = Promise.withResolvers<string>();
    make({
      async onOutcome(componentId) {
        well.resolve(componentId);
      },
    });
    await clock.advance(5000);
    const round = prober.tick();
    expect(await well.promise).toBe('well');
    await target.asked(21);
    await clock.advance(5000);
    expect(await round).toBe(21);
  });

  it('runs no more than it may at the same time, and all of them in the end', async () => {
    scheduled = Array.from({ length: 10 }, (_, index) => ({
      componentId: `c${index}`,
      check: httpCheck('/hang'),
    }));
    make({ maxConcurrent: 4 });
    await clock.advance(5000);
    const round = prober.tick();
    for (const asked of [4, 8, 10]) {
      await target.asked(asked);
      expect(target.requests).toHaveLength(asked);
      await clock.advance(5000);
    }
    expect(await round).toBe(10);
    expect(seen).toHaveLength(10);
  });

  it('goes on, and says so, when an outcome could not be kept', async () => {
    scheduled = [{ componentId: 'a', check: httpCheck('/ok', { intervalMs: 1000 }) }];
    make({ onOutcome: () => Promise.reject(new Error('the disk is full')) });
    await clock.advance(1000);
    expect(await prober.tick()).toBe(1);
    expect(logged).toEqual(['[check] an outcome was not kept']);
    await clock.advance(2000);
    expect(await prober.tick()).toBe(1);
  });

  it('keeps the slots of unchanged checks over a reload, and aborts and forgets the others', async () => {
    scheduled = [
      { componentId: 'same', check: httpCheck('/ok') },
      { componentId: 'gone', check: httpCheck('/hang') },
      { componentId: 'changed', check: httpCheck('/ok') },
    ];
    make();
    await clock.advance(5000);
    const round = prober.tick();
    await target.asked(3);
    scheduled = [
      { componentId: 'same', check: httpCheck('/ok') },
      { componentId: 'changed', check: httpCheck('/status/503') },
    ];
    prober.reload();
    await round;
    expect(seen.map(({ id }) => id)).not.toContain('gone');
    seen = [];
    await clock.advance(5000);
    expect(await prober.tick()).toBe(1);
    expect(seen).toMatchObject([{ id: 'changed', status: 'down' }]);
  });

  it('stops without an outcome of what was going on, and with nothing left open', async () => {
    scheduled = [{ componentId: 'a', check: httpCheck('/hang') }];
    make();
    await clock.advance(5000);
    const round = prober.tick();
    await target.asked(1);
    await prober.stop();
    await round;
    await target.deserted();
    expect(seen).toEqual([]);
  });

  it('started, runs on its own until it is stopped', async () => {
    scheduled = [{ componentId: 'a', check: httpCheck('/ok', { intervalMs: 10_000 }) }];
    const outcomes = Promise.withResolvers<void>();
    make({
      async onOutcome(componentId, _, { status }, startedAt) {
        seen.push({ id: componentId, status, startedAt });
        if (seen.length === 3) outcomes.resolve();
      },
    });
    prober.start();
    for (let asked = 1; asked <= 3; asked++) {
      await clock.advance(20_000);
      await target.asked(asked);
      await target.deserted();
    }
    await outcomes.promise;
    await prober.stop();
    await clock.advance(60_000);
    expect(await prober.tick()).toBe(0);
  });

  it('goes on at once when the clock is set back', async () => {
    let backMs = 0;
    const turned = { now: () => clock.now() - backMs, wait: clock.wait };
    scheduled = [{ componentId: 'a', check: httpCheck('/ok') }];
    make({ clock: turned });
    await clock.advance(5000);
    expect(await prober.tick()).toBe(1);
    backMs = 3_600_000;
    expect(await prober.tick()).toBe(0);
    await clock.advance(45_000);
    expect(await prober.tick()).toBe(1);
  });
});
