import { describe, expect, it, vi } from 'vitest';
import { createSystemClock, hasPassed, toIso } from './clock.ts';

describe('the system clock', () => {
  it('answers the time of the machine, shifted by an offset that is measured anew', () => {
    let offsetMs = 60_000;
    const clock = createSystemClock(() => offsetMs);
    expect(clock.now() - Date.now()).toBeGreaterThan(59_000);
    offsetMs = 0;
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    expect(Math.abs(createSystemClock().now() - Date.now())).toBeLessThan(1000);
  });

  it('waits as long as it is told and forgets the signal afterwards', async () => {
    const stop = new AbortController();
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    await createSystemClock().wait(1, stop.signal);
    expect(removed).toHaveBeenCalledOnce();
    await createSystemClock().wait(0);
  });

  it('stops waiting when the signal aborts, before or meanwhile', async () => {
    const clock = createSystemClock();
    await clock.wait(600_000, AbortSignal.abort());
    const stop = new AbortController();
    const waiting = clock.wait(600_000, stop.signal);
    stop.abort();
    await waiting;
  });

  it('does not wake at once from a wait that is longer than a timer can hold', async () => {
    const stop = new AbortController();
    let woke = false;
    const waiting = createSystemClock()
      .wait(40 * 86_400_000, stop.signal)
      .then(() => {
        woke = true;
      });
    await createSystemClock().wait(20);
    expect(woke).toBe(false);
    stop.abort();
    await waiting;
  });
});

it.each([
  [0, '1970-01-01T00:00:00.000Z'],
  [1_772_366_400_123, '2026-03-01T12:00:00.123Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [null, null],
])('shows the time %s as %s', (epochMs, shown) => {
  expect(toIso(epochMs)).toBe(shown);
});

it.each([
  [1000, false],
  [1009, false],
  [1010, true],
  [999, true],
])('of 10 ms since 1000, those are over at %s: %s', (nowMs, answer) => {
  expect(hasPassed(10, 1000, nowMs)).toBe(answer);
  expect(hasPassed(10, Number.NEGATIVE_INFINITY, nowMs)).toBe(true);
});
