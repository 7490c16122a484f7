import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import { type Ctx, insertMany, inTransaction, type NotificationRow, openStore } from '../store/index.ts';
import {
  claimDue,
  type Finish,
  lookAhead,
  recordFinished,
  releaseExpired,
  skipUnknownChannels,
} from './queries-claim.ts';

type Given = Partial<NotificationRow> & { notification_id: string };

/** Writes messages that are due on channel `a`, each of a thread of its own, unless told otherwise. */
async function fill(ctx: Ctx, given: readonly Given[]): Promise<void> {
  const now = ctx.clock.now();
  const rows = given.map((row) => ({
    idempotency_key: row.notification_id,
    channel: 'a',
    route: null,
    event: 'incident.opened',
    thread: row.notification_id,
    incident_id: null,
    alert_ref: null,
    severity: 'P2' as const,
    payload: '{}',
    status: 'pending' as const,
    attempts: 0,
    next_attempt_at: now,
    lease_token: null,
    locked_until: null,
    error: null,
    provider_message_id: null,
    created_at: now,
    sent_at: null,
    ...row,
  }));
  await insertMany(ctx, 'notification', rows);
}

function claim(ctx: Ctx, leaseToken: string, rooms = [{ channel: 'a', limit: 10 }]) {
  const nowMs = ctx.clock.now();
  return claimDue(ctx, { rooms, leaseToken, nowMs, lockedUntilMs: nowMs + 30_000 });
}

const idsOf = (rows: readonly NotificationRow[]) => rows.map((row) => row.notification_id).join(' ');

function finish(row: NotificationRow, given: Partial<Finish> = {}): Finish {
  const { notification_id: notificationId, lease_token } = row;
  const nothing = { nextAttemptAt: null, error: null, providerMessageId: null, sentAt: null };
  return { notificationId, leaseToken: lease_token ?? '', status: 'delivered', ...nothing, ...given };
}

describeEachStore('claiming', (open) => {
  test('leases what is due, on the channels asked for, up to what each has room for', async () => {
    const { ctx, clock } = await open();
    await fill(ctx, [
      { notification_id: 'm1' },
      { notification_id: 'm2' },
      { notification_id: 'm3', next_attempt_at: clock.now() - 1 },
      { notification_id: 'm4', next_attempt_at: clock.now() + 1 },
      { notification_id: 'm5', channel: 'b' },
      { notification_id: 'm6', channel: 'c' },
      { notification_id: 'm7', status: 'delivered' },
    ]);
    const rooms = [
      { channel: 'a', limit: 2 },
      { channel: 'b', limit: 2 },
    ];
    const rows = await claim(ctx, 'token', rooms);
    expect(idsOf(rows)).toBe('m1 m3 m5');
    const locked_until = clock.now() + 30_000;
    expect(rows[0]).toMatchObject({ status: 'sending', attempts: 1, lease_token: 'token', locked_until });
    expect(idsOf(await claim(ctx, 'token', rooms))).toBe('m2');
    expect(idsOf(await claim(ctx, 'token', rooms))).toBe('');
  });

  test('of a thread on a channel only the oldest that is not finished goes, due or not', async () => {
    const { ctx, clock } = await open();
    await fill(ctx, [
      { notification_id: 'm1', thread: 't', next_attempt_at: clock.now() + 30_000 },
      { notification_id: 'm2', thread: 't' },
      { notification_id: 'm3', thread: 't', channel: 'b' },
      { notification_id: 'm4', thread: 'u', status: 'delivered' },
      { notification_id: 'm5', thread: 'u' },
    ]);
    const rooms = [
      { channel: 'a', limit: 9 },
      { channel: 'b', limit: 9 },
    ];
    expect(idsOf(await claim(ctx, 'x', rooms))).toBe('m3 m5');
    await clock.advance(30_000);
    const [first] = await claim(ctx, 'y', rooms);
    expect(first?.notification_id).toBe('m1');
    expect(idsOf(await claim(ctx, 'z', rooms))).toBe('');
    if (first) await recordFinished(ctx, [finish(first, { status: 'failed' })]);
    expect(idsOf(await claim(ctx, 'z', rooms))).toBe('m2');
  });

  test('a lease that ran out puts the message back, and its old holder can record nothing any more', async () => {
    const { ctx, clock } = await open();
    await fill(ctx, [{ notification_id: 'm1' }]);
    const [lost] = await claim(ctx, 'first');
    await clock.advance(29_999);
    await releaseExpired(ctx, clock.now());
    expect(idsOf(await claim(ctx, 'second'))).toBe('');
    await clock.advance(1);
    await releaseExpired(ctx, clock.now());
    const [again] = await claim(ctx, 'second');
    expect(again).toMatchObject({ idempotency_key: 'm1', attempts: 2, lease_token: 'second' });
    if (!lost || !again) return expect.unreachable();
    expect(await recordFinished(ctx, [finish(lost)])).toEqual(new Set());
    expect(await recordFinished(ctx, [finish(again, { sentAt: 5, providerMessageId: '77' })])).toEqual(
      new Set(['m1']),
    );
    const row = await ctx.db.selectFrom('notification').selectAll().executeTakeFirst();
    expect(row).toMatchObject({
      status: 'delivered',
      sent_at: 5,
      provider_message_id: '77',
      lease_token: null,
    });
  });

  test('what became of many is recorded together, each by itself', async () => {
    const { ctx, clock } = await open();
    await fill(
      ctx,
      ['m1', 'm2', 'm3', 'm4'].map((notification_id) => ({ notification_id })),
    );
    const [m1, m2, m3, m4] = await claim(ctx, 'token');
    if (!m1 || !m2 || !m3 || !m4) return expect.unreachable();
    const nextAttemptAt = clock.now() + 5000;
    const recorded = await recordFinished(ctx, [
      finish(m1),
      finish(m2, { status: 'pending', nextAttemptAt, error: 'HTTP 500' }),
      finish(m3),
      finish(m4, { status: 'failed', error: 'HTTP 404' }),
    ]);
    expect(recorded).toEqual(new Set(['m1', 'm2', 'm3', 'm4']));
    const rows = await ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
    expect(rows.map(({ status, error }) => `${status} ${error}`)).toEqual([
      'delivered null',
      'pending HTTP 500',
      'delivered null',
      'failed HTTP 404',
    ]);
    expect(await lookAhead(ctx, ['a', 'b'], clock.now())).toEqual({ dueOn: [], nextDueAt: nextAttemptAt });
  });

  test('what is ahead is where something is due, and when the next is that still waits for its time', async () => {
    const { ctx, clock } = await open();
    const ahead = (...channels: string[]) => lookAhead(ctx, channels, clock.now());
    expect(await ahead('a')).toEqual({ dueOn: [], nextDueAt: null });
    expect(await ahead()).toEqual({ dueOn: [], nextDueAt: null });
    const next_attempt_at = clock.now() + 7000;
    await fill(ctx, [{ notification_id: 'm1' }, { notification_id: 'm2', channel: "it's", next_attempt_at }]);
    expect(await ahead('a', "it's")).toEqual({ dueOn: ['a'], nextDueAt: next_attempt_at });
    expect(await ahead('a')).toEqual({ dueOn: ['a'], nextDueAt: null });
    expect(await ahead("it's")).toEqual({ dueOn: [], nextDueAt: next_attempt_at });
  });

  test('any number of channels may wait at once', async () => {
    const { ctx, clock } = await open();
    const channels = Array.from({ length: 600 }, (_, i) => `channel-${i}`);
    await fill(
      ctx,
      channels.flatMap((channel) => ['m', 'n'].map((m) => ({ notification_id: `${m}-${channel}`, channel }))),
    );
    const { dueOn } = await lookAhead(ctx, channels, clock.now());
    expect(dueOn.toSorted()).toEqual(channels.toSorted());
    const rooms = channels.map((channel) => ({ channel, limit: 1 }));
    const rows = await claim(ctx, 'x', rooms);
    expect(rows.map(({ notification_id }) => notification_id)).toEqual(
      channels.map((channel) => `m-${channel}`).toSorted(),
    );
    await skipUnknownChannels(ctx, [], clock.now() + 1);
    expect(await lookAhead(ctx, channels, clock.now())).toEqual({ dueOn: [], nextDueAt: null });
  });

  test('messages to channels that are gone end, once they are old enough to be sure', async () => {
    const { ctx, clock } = await open();
    await fill(ctx, [{ notification_id: 'm1' }, { notification_id: 'm2', channel: 'gone' }]);
    await skipUnknownChannels(ctx, ['a'], clock.now());
    await skipUnknownChannels(ctx, ['a', 'gone'], clock.now() + 1);
    expect(idsOf(await claim(ctx, 'x', [{ channel: 'gone', limit: 1 }]))).toBe('m2');
    await fill(ctx, [{ notification_id: 'm3', channel: 'gone' }]);
    await skipUnknownChannels(ctx, ['a'], clock.now() + 1);
    const rows = await ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
    expect(rows.map(({ status }) => status)).toEqual(['pending', 'sending', 'skipped_unconfigured']);
  });
});

describeEachStore('a claim', (open) => {
  test('takes no more than there is room for, whatever plan is made for it', async () => {
    const { ctx } = await open();
    const ids = Array.from({ length: 20 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    await fill(
      ctx,
      ids.map((notification_id) => ({ notification_id })),
    );
    await inTransaction(ctx, async (ctx) => {
      const ways = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material'];
      for (const way of ctx.dialect.engine === 'postgres' ? ways : [])
        await sql`set local enable_${sql.raw(way)} = off`.execute(ctx.db);
      expect(idsOf(await claim(ctx, 'x', [{ channel: 'a', limit: 2 }]))).toBe('m00 m01');
    });
  });
});

describeSharedStores('claiming by two processes', (open) => {
  test('no message is ever leased by both', async () => {
    const { ctx, clock, options } = await open();
    const other = await openStore(options, quietLog);
    const ids = Array.from({ length: 400 }, (_, i) => `m${String(i).padStart(3, '0')}`);
    await fill(
      ctx,
      ids.map((notification_id, i) => ({ notification_id, thread: `t${i % 100}` })),
    );
    const leased: string[] = [];
    const work = async (ctx: Ctx, name: string) => {
      for (let i = 0; i < 60; i++) {
        const rows = await claim(ctx, `${name}${i}`);
        leased.push(...rows.map((row) => row.notification_id));
        const threads = rows.map((row) => row.thread);
        expect(new Set(threads).size).toBe(threads.length);
        if (rows.length > 0)
          await recordFinished(
            ctx,
            rows.map((row) => finish(row)),
          );
      }
    };
    await Promise.all([work(ctx, 'x'), work(createTestCtx(other, clock), 'y')]);
    await other.close();
    expect(leased.toSorted()).toEqual(ids);
  });
});
