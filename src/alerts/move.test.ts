import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { AlertStatus, Ctx } from '../store/index.ts';
import {
  ackAction,
  claimAlerts,
  endAlertsOfIncident,
  failAlert,
  ingest,
  lapseAlerts,
  linkAlert,
  listAlertEvents,
  renewAction,
  requeueAction,
  requireAlert,
  resolveAction,
  retryAction,
} from './index.ts';

const minuteMs = 60_000;

async function report(ctx: Ctx, changes: Partial<AlertReport> = {}): Promise<string> {
  const { answers } = await ingest(ctx, [completeReport(changes)], { dedupeMaxMs: 1e12 });
  return answers[0]?.alert_ref ?? '';
}

const claim = (ctx: Ctx) =>
  claimAlerts(ctx, { owner: 'w', limit: 1, leaseMs: minuteMs, windowMs: null, maxAttempts: 5 });

/** Answers a new alert that was brought to the status. */
async function bringTo(ctx: Ctx, status: AlertStatus): Promise<string> {
  const ref = await report(ctx, { title: status, fingerprint: ctx.ids.ulid() });
  if (status === 'new') return ref;
  if (status === 'acked') {
    await ackAction.run(ctx, { alert_ref: ref });
    return ref;
  }
  const [held] = await claim(ctx);
  const failure = { alertRef: ref, leaseToken: held?.lease_token ?? '', error: 'x', retryAfterMs: 3_600_000 };
  if (status !== 'processing') await failAlert(ctx, { ...failure, maxAttempts: status === 'dead' ? 1 : 5 });
  return ref;
}

const eventsOf = async (ctx: Ctx, ref: string) =>
  (await listAlertEvents(ctx, ref)).map(
    (event) => `${event.from_status ?? '-'} → ${event.to_status}: ${event.reason}`,
  );

const statuses: readonly AlertStatus[] = ['new', 'processing', 'acked', 'failed', 'dead'];

describeEachStore('by hand', (open) => {
  it('an alert is acked, requeued or retried from where that is legal; else both states are named', async () => {
    const { ctx } = await open();
    const moves = [
      { action: requeueAction, move: 'requeue', to: 'new', illegal: ['new'] },
      { action: retryAction, move: 'retry', to: 'new', illegal: ['new', 'processing', 'acked'] },
      { action: ackAction, move: 'ack', to: 'acked', illegal: ['acked'] },
    ] as const;
    for (const { action, move, to, illegal } of moves) {
      for (const from of statuses) {
        const ref = await bringTo(ctx, from);
        const before = await requireAlert(ctx, ref);
        const run = action.run(ctx, { alert_ref: ref, note: 'because' });
        if ((illegal as readonly string[]).includes(from)) {
          await expect(run).rejects.toMatchObject({
            code: 'CONFLICT',
            message: `${ref} is ${from}; ${move} cannot make it ${to}`,
            details: { from, to },
          });
          expect(await requireAlert(ctx, ref)).toEqual(before);
        } else {
          expect(await run).toMatchObject({
            status: to,
            owner: null,
            processing_lock_until: null,
            retry_at: null,
          });
          const [last] = (await listAlertEvents(ctx, ref)).slice(-1);
          expect(last).toMatchObject({ from_status: from, to_status: to, note: 'because' });
          expect((await requireAlert(ctx, ref)).attempts).toBe(move === 'retry' ? 0 : before.attempts);
        }
        // Out of the way of the next.
        await resolveAction.run(ctx, { alert_ref: ref });
      }
    }
    await expect(requeueAction.run(ctx, { alert_ref: 'alrt_none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('a worker whose alert is requeued has lost its lease, and acks none that it does not hold', async () => {
    const { ctx } = await open();
    const ref = await report(ctx);
    const [held] = await claim(ctx);
    const lease_token = held?.lease_token ?? '';
    await renewAction.run(ctx, { alert_ref: ref, lease_token, lock_ttl_seconds: 60 });
    await requeueAction.run(ctx, { alert_ref: ref });
    await expect(ackAction.run(ctx, { alert_ref: ref, lease_token })).rejects.toMatchObject({
      details: { reason: 'lease_lost', status: 'new' },
    });
    await expect(
      renewAction.run(ctx, { alert_ref: ref, lease_token, lock_ttl_seconds: 60 }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });

    const worker = { ...ctx, actor: { name: 'bob', role: 'worker', entitlements: ['tools.alerts.ack'] } };
    const mine = await report(ctx, { title: 'mine', severity: 'P0' });
    await expect(ackAction.run(worker, { alert_ref: mine })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { missing_entitlement: 'tools.alerts.ack_any' },
    });
    const [again] = await claim(ctx);
    const acked = await ackAction.run(worker, {
      alert_ref: mine,
      lease_token: again?.lease_token ?? '',
      note: 'n',
    });
    expect(acked).toMatchObject({ status: 'acked' });
    expect((await listAlertEvents(ctx, mine)).at(-1)).toMatchObject({
      actor: 'bob',
      reason: 'acked',
      note: 'n',
    });
  });
});

describeEachStore('the end of an alert', (open) => {
  it('by hand comes once, and settles what nobody has begun', async () => {
    const { ctx, clock } = await open();
    for (const [status, next] of [
      ['new', 'acked'],
      ['processing', 'processing'],
      ['acked', 'acked'],
      ['failed', 'acked'],
      ['dead', 'dead'],
    ] as const) {
      const ref = await bringTo(ctx, status);
      const ended = await resolveAction.run(ctx, { alert_ref: ref, note: 'healed' });
      expect(ended).toMatchObject({ status: next, state: 'resolved', retry_at: null });
      const events = await eventsOf(ctx, ref);
      expect(events.at(-1)).toBe(`${status} → ${next}: resolved_by_hand`);
      await clock.advance(minuteMs / 10);
      expect(await resolveAction.run(ctx, { alert_ref: ref })).toEqual(ended);
      expect(await eventsOf(ctx, ref)).toEqual(events);
    }
  });

  it('comes with that of its incident, and when its sender does not repeat it in the time it promised', async () => {
    const { ctx, clock } = await open();
    const leased = { dedupeTtlMs: null, endsAt: clock.now() + 5 * minuteMs };
    const ref = await report(ctx, { ...leased, title: 'lapses' });
    const kept = await report(ctx, { ...leased, title: 'kept' });
    await report(ctx, { dedupeTtlMs: null, title: 'lives' });
    await clock.advance(4 * minuteMs);
    await report(ctx, { dedupeTtlMs: null, endsAt: clock.now() + 5 * minuteMs, title: 'kept' });
    await clock.advance(minuteMs - 1);
    expect(await lapseAlerts(ctx)).toEqual([]);
    await clock.advance(1);
    expect(await lapseAlerts(ctx)).toMatchObject([
      { alert_ref: ref, ended_at: clock.now(), status: 'acked' },
    ]);
    expect(await lapseAlerts(ctx)).toEqual([]);
    expect((await eventsOf(ctx, ref)).at(-1)).toBe('new → acked: lapsed');
    await clock.advance(4 * minuteMs);
    expect(await lapseAlerts(ctx)).toMatchObject([{ alert_ref: kept }]);

    const refs = [await report(ctx, { title: 'a' }), await report(ctx, { title: 'b' })];
    for (const alertRef of refs) await linkAlert(ctx, { alertRef, incidentId: 'inc_1', reason: 'linked' });
    await resolveAction.run(ctx, { alert_ref: refs[0] ?? '' });
    expect(await endAlertsOfIncident(ctx, 'inc_1', 'incident_closed')).toEqual([refs[1]]);
    expect(await endAlertsOfIncident(ctx, 'inc_1', 'incident_closed')).toEqual([]);
    expect((await eventsOf(ctx, refs[1] ?? '')).at(-1)).toBe('acked → acked: incident_closed');
  });
});

describeEachStore('an alert that is put into an incident', (open) => {
  it('is acked, but stays with the worker that has it; it comes back at once when it rises', async () => {
    const { ctx } = await open();
    for (const status of statuses) {
      const ref = await bringTo(ctx, status);
      const next = status === 'processing' ? 'processing' : 'acked';
      const linked = await linkAlert(ctx, { alertRef: ref, incidentId: 'inc_1', reason: 'attached' });
      expect(linked).toMatchObject({ status: next, incident_id: 'inc_1' });
      expect(await requireAlert(ctx, ref)).toMatchObject({
        status: next,
        incident_id: 'inc_1',
        announced: 1,
        retry_at: null,
      });
      expect((await eventsOf(ctx, ref)).at(-1)).toBe(`${status} → ${next}: attached`);
      if (status !== 'failed') continue;
      const { fingerprint } = await requireAlert(ctx, ref);
      await report(ctx, { title: status, fingerprint, severity: 'P0' });
      expect(await claim(ctx)).toMatchObject([{ alert_ref: ref }]);
    }
  });
});
