import { describe, expect, it } from 'vitest';
import { openInMemory, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig } from '../../test/supervised.ts';
import { startTelling } from '../../test/told.ts';
import type { QuietHours } from '../core/quiet-hours.ts';
import { insertTestMessage } from '../notify/index.ts';
import { alertWhy } from './why.ts';

type Why = { told: boolean; answer: string; trail: object[] };

const hourMs = 3_600_000;
const night: QuietHours = { fromMs: 22 * hourMs, toMs: 7 * hourMs, days: null, timezone: 'Europe/Riga' };

/** A worker and a deliverer at 23:00 of Riga. */
async function start(harness: StoreHarness) {
  await harness.clock.advance(9 * hourMs);
  const config = await loadTestConfig(({ routes, notify }) => ({
    notify: { ...notify, escalation: [{ afterMs: hourMs, channels: ['ops'], match: {} }] },
    routes: routes.map((route) => ({ ...route, name: 'rest', quietHours: night })),
  }));
  const stage = await startTelling(harness, config);
  const why = async (ref: string) => (await alertWhy.run(stage.ctx, { alert_ref: ref })) as Why;
  return { ...stage, why };
}

describe('an alert in the quiet hours of its route', () => {
  const open = openInMemory;

  it('is told in the morning, and until then it says why it was not', async () => {
    const stage = await start(await open());
    await stage.report({ severity: 'P1' });
    await stage.settle();
    await stage.clock.advance(7 * hourMs);
    await stage.settle();
    expect(await stage.sent()).toEqual([]);
    const waiting = await stage.why('INC-1');
    expect(waiting.told).toBe(false);
    expect(waiting.answer.split('\n')[1]).toBe(
      'Nobody was told yet: the message to ops waits until 2026-03-02 05:00:00 UTC, when the quiet hours end.',
    );
    expect(waiting.trail.slice(-2)).toMatchObject([
      { reason: 'route_matched', rule: 'rest → ops' },
      { reason: 'quiet_hours', rule: 'rest' },
    ]);
    expect(waiting.answer).toContain(
      'in the quiet hours of the route rest: what is not P0 waits for their end',
    );
    await stage.clock.advance(hourMs);
    await stage.settle();
    // Who could acknowledge nothing is passed by no sooner.
    expect(await stage.sent()).toEqual([
      '05:00 incident.opened P1 api is down',
      expect.stringMatching('05:00 incident.escalated Not ack'),
    ]);
    expect(await stage.why('INC-1')).toMatchObject({ told: true });
  });

  it('that heals before the morning is one message', async () => {
    const stage = await start(await open());
    await stage.report({ severity: 'P1' });
    await stage.settle();
    await stage.clock.advance(hourMs);
    await stage.report({ severity: 'P1', status: 'resolved' });
    await stage.settle();
    await stage.clock.advance(2 * 60_000);
    await stage.settle();
    await stage.clock.advance(8 * hourMs);
    await stage.settle();
    expect(await stage.sent()).toEqual(
      ['05:02 incident.resolved'].map(() => expect.stringContaining('incident.resolved')),
    );
  });

  it('that rises to P0 is told at once, with its beginning, and so is its end', async () => {
    const stage = await start(await open());
    await stage.report({ severity: 'P1' });
    await stage.settle();
    await stage.report({ severity: 'P0' });
    await stage.settle();
    expect(await stage.sent()).toEqual([
      '21:00 incident.opened P1 api is down',
      '21:00 incident.escalated Now P0: api is down',
    ]);
    await stage.report({ severity: 'P0', status: 'resolved' });
    await stage.clock.advance(2 * 60_000);
    await stage.settle();
    expect(await stage.sent()).toHaveLength(3);
  });

  it('keeps nobody from trying a channel', async () => {
    const { ctx, clock } = await start(await open());
    const lease = { token: 'mine', lockedUntilMs: clock.now() + 30_000 };
    expect(await insertTestMessage(ctx, 'ops', lease)).toMatchObject({ next_attempt_at: clock.now() });
  });
});
