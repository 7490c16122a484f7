import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { takeReports as report } from '../../test/reports.ts';
import { migratedSchema } from '../../test/services/migrated.ts';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import { type AlertRow, type Ctx, inTransaction, migrate, openStore, workIs } from '../store/index.ts';
import {
  ackAction,
  ackAlerts,
  ackWithLease,
  type ClaimRequest,
  claimAlerts,
  failAlert,
  listAlertEvents,
  renewLease,
  requeueAction,
  requireAlert,
  returnAlerts,
} from './index.ts';
import { leaseWaiting } from './queries-claim.ts';
import { describeMove } from './queries-moves.ts';

const minuteMs = 60_000;

const claim = (ctx: Ctx, request: Partial<ClaimRequest> = {}) =>
  claimAlerts(ctx, { owner: 'w', limit: 25, leaseMs: minuteMs, windowMs: null, maxAttempts: 3, ...request });
const titles = (rows: readonly AlertRow[]) => rows.map((row) => row.title);
const tokenOf = (row: AlertRow | undefined) => row?.lease_token ?? '';
const eventsOf = async (ctx: Ctx, ref: string) =>
  (await listAlertEvents(ctx, ref)).map(
    (event) => `${event.from_status ?? '-'} → ${event.to_status}: ${event.reason}`,
  );
const ack = (row: AlertRow | undefined, reason = 'acked') => ({
  alertRef: row?.alert_ref ?? '',
  leaseToken: tokenOf(row),
  reason,
  note: null,
});
const fail = (ctx: Ctx, row: AlertRow | undefined, changes: object = {}) =>
  failAlert(ctx, {
    alertRef: row?.alert_ref ?? '',
    leaseToken: tokenOf(row),
    error: 'no answer',
    retryAfterMs: 10 * minuteMs,
    maxAttempts: 3,
    ...changes,
  });
const lost = { code: 'CONFLICT', details: { reason: 'lease_lost' } };

describeEachStore('a claim', (open) => {
  it('leases the most severe first, then the oldest, up to its limit, and nothing where nothing waits', async () => {
    const { ctx, clock } = await open();
    expect(await claim(ctx)).toEqual([]);
    await report(ctx, { title: 'a', severity: 'P3' }, { title: 'b', severity: 'P1' });
    await clock.advance(1);
    const [, ref] = await report(ctx, { title: 'c', severity: 'P1' }, { title: 'd', severity: 'P0' });
    const first = await claim(ctx, { limit: 3, owner: 'anna' });
    expect(titles(first)).toEqual(['d', 'b', 'c']);
    expect(first[0]).toMatchObject({
      alert_ref: ref,
      status: 'processing',
      owner: 'anna',
      processing_lock_until: clock.now() + minuteMs,
      attempts: 0,
    });
    expect(new Set(first.map(tokenOf)).size).toBe(1);
    expect(titles(await claim(ctx))).toEqual(['a']);
    expect(await claim(ctx)).toEqual([]);
    expect(await eventsOf(ctx, ref ?? '')).toEqual(['- → new: first', 'new → processing: claimed']);
  });

  it('answers what the rows say', async () => {
    const { ctx } = await open();
    await report(ctx, { title: 'a', labels: { team: 'x' } }, { title: 'b', env: 'staging' });
    for (const row of await claim(ctx)) expect(await requireAlert(ctx, row.alert_ref)).toMatchObject(row);
  });

  it('takes only what its filters and its window let through', async () => {
    const { ctx, clock } = await open();
    await report(ctx, { title: 'old' });
    await clock.advance(10 * minuteMs);
    await report(
      ctx,
      { title: 'env', env: 'staging' },
      { title: 'service', service: 'web' },
      { title: 'source', source: 'x@y' },
      { title: 'kind', kind: 'oom' },
      { title: 'severity', severity: 'INFO' },
      { title: 'component', labels: { component: 'chat' } },
    );
    for (const filters of [
      { env: 'staging' },
      { service: 'web' },
      { source: 'x@y' },
      { kindIn: ['oom', 'disk'] },
      { severityIn: ['INFO', 'P0'] as const },
      { component: 'chat' },
    ]) {
      const name = String(Object.keys(filters)[0]).replace('In', '');
      expect(titles(await claim(ctx, { filters }))).toEqual([name]);
    }
    expect(await claim(ctx, { windowMs: 10 * minuteMs - 1 })).toEqual([]);
    expect(titles(await claim(ctx, { windowMs: 10 * minuteMs }))).toEqual(['old']);
  });

  it('puts back what is stalled before it leases, so that the most severe still comes first', async () => {
    const { ctx, clock } = await open();
    await report(ctx, { title: 'dying', severity: 'P1' }, { title: 'failing', severity: 'P0' });
    const [failing] = await claim(ctx, { limit: 1 });
    await claim(ctx, { limit: 1, owner: 'dead worker' });
    await fail(ctx, failing, { retryAfterMs: minuteMs });
    await report(ctx, { title: 'waiting', severity: 'P2' });
    await clock.advance(minuteMs - 1);
    expect(titles(await claim(ctx, { filters: { service: 'none' } }))).toEqual([]);
    await clock.advance(1);
    expect(titles(await claim(ctx, { limit: 2 }))).toEqual(['failing', 'dying']);
    expect(titles(await claim(ctx))).toEqual(['waiting']);
  });

  it('gets what was lost in its turn, behind what is more severe', async () => {
    const { ctx, clock } = await open();
    await report(ctx, { title: 'lost', severity: 'P2' });
    await claim(ctx, { owner: 'dead worker' });
    await report(ctx, { title: 'worse', severity: 'P1' }, { title: 'mild', severity: 'P3' });
    await clock.advance(minuteMs);
    expect(titles(await claim(ctx, { limit: 1 }))).toEqual(['worse']);
    const [again] = await claim(ctx, { limit: 1 });
    expect(again).toMatchObject({ title: 'lost', attempts: 1, last_error: 'worker dead worker lost' });
    expect(titles(await claim(ctx))).toEqual(['mild']);
  });

  it('whose lease ends counts as an attempt; after the last one the alert is dead and claimed no more', async () => {
    const { ctx, clock } = await open();
    const [ref = ''] = await report(ctx, { title: 'poison' });
    for (const attempts of [0, 1, 2]) {
      expect(await claim(ctx, { owner: `w${attempts}` })).toMatchObject([{ attempts }]);
      await clock.advance(minuteMs);
    }
    expect(await claim(ctx)).toEqual([]);
    expect(await requireAlert(ctx, ref)).toMatchObject({
      status: 'dead',
      attempts: 3,
      owner: null,
      lease_token: null,
      last_error: 'worker w2 lost',
    });
    expect((await eventsOf(ctx, ref)).slice(2)).toEqual([
      'processing → new: lease_ended',
      'new → processing: claimed',
      'processing → new: lease_ended',
      'new → processing: claimed',
      'processing → dead: lease_ended',
    ]);
  });
});

describeEachStore('a worker', (open) => {
  it('that holds the lease renews, fails with a delay that doubles, is given the alert again, and acks', async () => {
    const { ctx, clock } = await open();
    const [ref = ''] = await report(ctx, { title: 'a' });
    const [first] = await claim(ctx);
    expect(await renewLease(ctx, ref, tokenOf(first), 2 * minuteMs)).toBe(clock.now() + 2 * minuteMs);
    await clock.advance(minuteMs);
    expect(await claim(ctx)).toEqual([]);
    const failed = await fail(ctx, first, { error: `bad \0 byte ${'x'.repeat(3000)}🔔` });
    expect(failed).toMatchObject({
      status: 'failed',
      attempts: 1,
      retry_at: clock.now() + 10 * minuteMs,
      owner: null,
    });
    expect((await requireAlert(ctx, ref)).last_error).toMatch(/^bad \ufffd byte x+$/);
    await clock.advance(10 * minuteMs);
    const [second] = await claim(ctx);
    expect(await fail(ctx, second)).toMatchObject({ attempts: 2, retry_at: clock.now() + 20 * minuteMs });
    await clock.advance(20 * minuteMs);
    const [third] = await claim(ctx);
    await ackWithLease(ctx, { ...ack(third), note: 'done', incidentId: 'inc_1', announced: true });
    expect(await requireAlert(ctx, ref)).toMatchObject({
      status: 'acked',
      incident_id: 'inc_1',
      announced: 1,
      owner: null,
      lease_token: null,
      processing_lock_until: null,
      last_error: null,
    });
    const events = await listAlertEvents(ctx, ref);
    expect(events.at(-1)).toMatchObject({ reason: 'acked', note: 'done', actor: 'tocsin:test' });
    expect((await eventsOf(ctx, ref)).slice(1)).toEqual([
      'new → processing: claimed',
      'processing → failed: failed',
      'failed → new: retry_due',
      'new → processing: claimed',
      'processing → failed: failed',
      'failed → new: retry_due',
      'new → processing: claimed',
      'processing → acked: acked',
    ]);
  });

  it('that lost its lease is told so, and changes nothing', async () => {
    const { ctx, clock } = await open();
    const [ref = ''] = await report(ctx, { title: 'a' });
    const [late] = await claim(ctx, { owner: 'slow' });
    await clock.advance(minuteMs);
    const [held] = await claim(ctx, { owner: 'quick' });
    const before = [await requireAlert(ctx, ref), await eventsOf(ctx, ref)];
    await expect(ackWithLease(ctx, ack(late))).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('the alert is processing, held by quick'),
    });
    await expect(fail(ctx, late)).rejects.toMatchObject(lost);
    await expect(renewLease(ctx, ref, tokenOf(late), minuteMs)).rejects.toMatchObject(lost);
    expect(await ackAlerts(ctx, [ack(late)])).toEqual([]);
    expect(await returnAlerts(ctx, [ack(late)], null, 'x')).toEqual([]);
    const asWorker = { ...ctx, actor: { name: 'bob', role: 'admin', entitlements: ['*'] } };
    await expect(
      ackAction.run(asWorker, { alert_ref: ref, lease_token: tokenOf(late) }),
    ).rejects.toMatchObject(lost);
    expect([await requireAlert(ctx, ref), await eventsOf(ctx, ref)]).toEqual(before);

    await ackWithLease(ctx, ack(held));
    await expect(ackWithLease(ctx, ack(held))).rejects.toMatchObject(lost);
    for (const work of [
      () => ackWithLease(ctx, { ...ack(held), alertRef: 'alrt_none' }),
      () => fail(ctx, held, { alertRef: 'alrt_none' }),
      () => renewLease(ctx, 'alrt_none', 'x', 1),
    ]) {
      await expect(work()).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: 'there is no alert alrt_none',
      });
    }
  });

  it('acks many at once, gives many back for later without an attempt, and leaves one dead after its last', async () => {
    const { ctx, clock } = await open();
    await report(ctx, ...Array.from({ length: 6 }, (_, i) => ({ title: `t${i}` })));
    const [a, b, c, d, e, f] = await claim(ctx);
    expect(await ackAlerts(ctx, [])).toEqual([]);
    const acked = await ackAlerts(ctx, [
      ack(a),
      ack(b),
      { ...ack(c, 'joined_incident'), incidentId: 'inc_1' },
    ]);
    expect(acked.sort()).toEqual([a, b, c].map((row) => row?.alert_ref));
    const back = [d, e].map(ack as (row: AlertRow | undefined) => ReturnType<typeof ack>);
    expect((await returnAlerts(ctx, back, clock.now() + 5000, 'storm_grouped')).sort()).toEqual(
      [d, e].map((row) => row?.alert_ref),
    );
    await returnAlerts(ctx, [ack(f)], null, 'shutting_down');
    expect(await claim(ctx)).toMatchObject([{ title: f?.title, attempts: 0 }]);
    await clock.advance(5000);
    expect(await claim(ctx)).toMatchObject([
      { title: d?.title, attempts: 0 },
      { title: e?.title, attempts: 0 },
    ]);
    expect((await eventsOf(ctx, d?.alert_ref ?? ''))[2]).toBe('processing → new: storm_grouped');
    expect((await eventsOf(ctx, c?.alert_ref ?? '')).at(-1)).toBe('processing → acked: joined_incident');

    const [poison = ''] = await report(ctx, { title: 'poison' });
    const [last] = await claim(ctx);
    expect(await fail(ctx, last, { maxAttempts: 1 })).toMatchObject({ status: 'dead', retry_at: null });
    expect((await eventsOf(ctx, poison)).at(-1)).toBe('processing → dead: no_attempts_left');
  });
});

describeSharedStores('many claimers', (open) => {
  it('never share an alert, and each alert is acked once', async () => {
    const { ctx, clock, options } = await open();
    const second = await openStore(options, quietLog);
    onTestFinished(() => second.close());
    const stores = [ctx, createTestCtx(second, clock)];
    const count = 1000;
    await report(ctx, ...Array.from({ length: count }, (_, i) => ({ title: `t${i}` })));
    const work = async (ctx: Ctx, owner: string): Promise<string[]> => {
      const done: string[] = [];
      for (let held = await claim(ctx, { owner }); held.length > 0; held = await claim(ctx, { owner })) {
        done.push(
          ...(await ackAlerts(
            ctx,
            held.map((row) => ack(row)),
          )),
        );
      }
      return done;
    };
    const acked = await Promise.all(Array.from({ length: 8 }, (_, i) => work(stores[i % 2] as Ctx, `w${i}`)));
    expect(acked.flat()).toHaveLength(count);
    expect(new Set(acked.flat()).size).toBe(count);
    const events = await ctx.db
      .selectFrom('alert_event')
      .groupBy('reason')
      .select((eb) => ['reason', eb.fn.countAll<number>().as('count')])
      .orderBy('reason')
      .execute();
    expect(events).toEqual(['acked', 'claimed'].map((reason) => ({ reason, count })));
  });
});

describe('on PostgreSQL', () => {
  async function openPostgres(): Promise<Ctx> {
    const store = await openStore({ backend: 'postgres', dsn: await migratedSchema(quietLog) }, quietLog);
    onTestFinished(() => store.close());
    await migrate(store.db, store.dialect, 0);
    return createTestCtx(store, createTestClock());
  }

  it('a claim takes no more than its limit, whatever plan is made for it', async () => {
    const ctx = await openPostgres();
    await report(ctx, ...Array.from({ length: 20 }, (_, i) => ({ title: `t${i}` })));
    await inTransaction(ctx, async (ctx) => {
      for (const way of ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material']) {
        await sql`set local enable_${sql.raw(way)} = off`.execute(ctx.db);
      }
      const lease = leaseWaiting(ctx, {
        owner: 'w',
        leaseToken: 'x',
        limit: 2,
        when: 'anyhow',
        takesLeft: false,
        lockUntilMs: 0,
        nowMs: ctx.clock.now(),
        event: describeMove(ctx, 'claimed', null),
        sinceMs: null,
        filters: {},
      });
      expect((await ctx.db.executeQuery(lease)).rows).toHaveLength(2);
    });
  });

  it('a claim leaves the indexes of the alert alone', async () => {
    const ctx = await openPostgres();
    await report(ctx, { title: 'a', severity: 'P0', env: 'staging' }, { title: 'b' });
    await inTransaction(ctx, async (ctx) => {
      await claim(ctx);
      const counted = sql<{ updated: number; inPlace: number }>`select
        pg_stat_get_xact_tuples_updated('alert'::regclass) as updated,
        pg_stat_get_xact_tuples_hot_updated('alert'::regclass) as "inPlace"`;
      expect((await counted.execute(ctx.db)).rows).toEqual([{ updated: 2, inPlace: 2 }]);
    });
  });

  it('what waits is not taken for rarer than it is, where most is acked', async () => {
    const ctx = await openPostgres();
    await report(ctx, ...Array.from({ length: 300 }, (_, i) => ({ title: `t${i}` })));
    await ackAlerts(
      ctx,
      (await claim(ctx, { limit: 270 })).map((row) => ack(row)),
    );
    await sql`analyze alert`.execute(ctx.db);
    const plan = sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
      explain (format json) select 1 from alert where ${workIs(ctx.dialect, 'new')}`;
    const [explained] = (await plan.execute(ctx.db)).rows;
    expect(explained?.['QUERY PLAN'][0].Plan['Plan Rows']).toBeGreaterThan(20);
  });

  it('an ack that waits for somebody who takes the alert away writes no event', async () => {
    const ctx = await openPostgres();
    const [ref = ''] = await report(ctx, { title: 'a' });
    const [held] = await claim(ctx);
    let acking: Promise<string[]> = Promise.resolve([]);
    await inTransaction(ctx, async (inner) => {
      await requeueAction.run(inner, { alert_ref: ref });
      acking = ackAlerts(ctx, [ack(held)]);
      const waiting = sql`select 1 from pg_locks where not granted and locktype in ('transactionid', 'tuple')`;
      while ((await waiting.execute(ctx.db)).rows.length === 0);
    });
    expect(await acking).toEqual([]);
    expect((await eventsOf(ctx, ref)).slice(2)).toEqual(['processing → new: requeued_by_hand']);
  });
});

describeSharedStores(
  'a claim beside slow reads',
  (open) => {
    it('that finds nothing does not wait for them', async () => {
      const { ctx } = await open();
      let answered = 0;
      const slow = Array.from({ length: 3 }, () =>
        ctx.db
          .selectNoFrom(
            sql<number>`(with recursive r(n) as (select 1 union all select n + 1 from r where n < 500000)
              select sum(n) from r)`.as('sum'),
          )
          .execute()
          .then(() => answered++),
      );
      const answeredFirst = await claim(ctx).then(() => answered);
      await Promise.all(slow);
      expect(answeredFirst).toBe(0);
    });
  },
  ['SQLite on disk'],
);
