import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { createTestCtx, describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { type AlertRow, type Ctx, inTransaction, openStore } from '../store/index.ts';
import {
  ackAlerts,
  claimAlerts,
  failAlert,
  ingest,
  keyReport,
  linkAlert,
  listAlertEvents,
  listSources,
  requireAlert,
  toAlertView,
} from './index.ts';

const minuteMs = 60_000;
const policy = { dedupeMaxMs: 24 * 60 * minuteMs };

const take = async (ctx: Ctx, ...reports: Partial<AlertReport>[]) =>
  (await ingest(ctx, reports.map(completeReport), policy)).answers;
const refOf = async (ctx: Ctx, report: Partial<AlertReport> = {}) =>
  (await take(ctx, report))[0]?.alert_ref ?? '';
const rows = (ctx: Ctx): Promise<AlertRow[]> =>
  ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
const reasons = async (ctx: Ctx, ref: string) =>
  (await listAlertEvents(ctx, ref)).map(
    (event) => `${event.from_status ?? '-'} → ${event.to_status}: ${event.reason}`,
  );
const decisions = async (ctx: Ctx) =>
  (await ctx.db.selectFrom('alert_decision').selectAll().orderBy('reason').execute()).map(
    ({ reason, occurrences, first_at, last_at }) => ({ reason, occurrences, first_at, last_at }),
  );
const claim = (ctx: Ctx) =>
  claimAlerts(ctx, { owner: 'w', limit: 100, leaseMs: minuteMs, windowMs: null, maxAttempts: 5 });
async function ackAll(ctx: Ctx): Promise<void> {
  const claimed = await claim(ctx);
  await ackAlerts(
    ctx,
    claimed.map((row) => ({
      alertRef: row.alert_ref,
      leaseToken: row.lease_token ?? '',
      reason: 'acked',
      note: null,
    })),
  );
}

const resolved = { status: 'resolved' } as const;

describeEachStore('ingest', (open) => {
  it('keeps all that a report says, answers one line for each, and shows it to people', async () => {
    const { ctx, clock } = await open();
    const full = completeReport({
      message: `it's "bad" \\ 🔔\n`,
      severity: 'P3',
      labels: { component: 'chat', node: 'n1', __proto_: 'x' },
      annotations: { runbook: 'https://r' },
      metrics: { ms: 1.5e300 },
      evidence: { log_samples: ['a'], links: [{ title: 't', url: 'u' }] },
      startedAt: clock.now() - 5000,
      endsAt: clock.now() + minuteMs,
      dedupeTtlMs: null,
    });
    const outcome = await ingest({ ...ctx, requestId: 'req-12345' }, [full], policy);
    const [answer] = outcome.answers;
    expect(outcome.hasWork).toBe(true);
    expect(answer).toEqual({
      accepted: true,
      deduped: false,
      alert_ref: expect.stringMatching(/^alrt_[0-9A-HJKMNP-TV-Z]{26}$/),
      dedupe_key: keyReport(full, null).dedupeKey,
      occurrences: 1,
      status: 'new',
    });
    const row = await requireAlert(ctx, answer?.alert_ref ?? '');
    expect(row).toMatchObject({
      component: 'chat',
      severity_rank: 3,
      ends_at: clock.now() + minuteMs,
      dedupe_ttl_ms: null,
    });
    expect(toAlertView(row)).toMatchObject({
      message: full.message,
      state: 'firing',
      started_at: '2026-03-01T11:59:55.000Z',
      labels: full.labels,
      annotations: full.annotations,
      metrics: full.metrics,
      evidence: full.evidence,
    });
    expect(await listAlertEvents(ctx, row.alert_ref)).toMatchObject([
      {
        from_status: null,
        to_status: 'new',
        reason: 'first',
        actor: 'monitor@node1',
        request_id: 'req-12345',
      },
    ]);
    expect(await ingest(ctx, [], policy)).toEqual({ answers: [], hasWork: false });

    const people = await sql<Record<string, unknown>>`select * from alerts`.execute(ctx.db);
    const time = people.rows[0]?.created_at;
    expect(people.rows[0]).toMatchObject({ alert_ref: row.alert_ref, status: 'new', ended_at: null });
    expect(time instanceof Date ? time.toISOString() : time).toBe('2026-03-01T12:00:00.000Z');
  });

  it('counts a repeat within the TTL into the live alert, with the newest message and the highest severity', async () => {
    const { ctx, clock } = await open();
    const ref = await refOf(ctx, {
      severity: 'P2',
      message: 'old',
      metrics: { ms: 1 },
      annotations: { a: '1' },
    });
    await clock.advance(30 * minuteMs);
    const [answer] = await take(ctx, { severity: 'P3', message: 'new', metrics: { ms: 2 } });
    expect(answer).toMatchObject({ deduped: true, alert_ref: ref, occurrences: 2, status: 'new' });
    await clock.advance(30 * minuteMs);
    await take(ctx, { severity: 'P2' });
    const [row, ...others] = await rows(ctx);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      occurrences: 3,
      severity: 'P2',
      message: 'new',
      metrics: '{"ms":2}',
      annotations: '{"a":"1"}',
      last_seen_at: clock.now(),
      first_seen_at: clock.now() - 60 * minuteMs,
    });
    expect(await reasons(ctx, ref)).toEqual(['- → new: first']);
    expect(await decisions(ctx)).toEqual([
      {
        reason: 'deduped_within_ttl',
        occurrences: 2,
        first_at: clock.now() - 30 * minuteMs,
        last_at: clock.now(),
      },
    ]);
  });

  it('past the TTL, and past the longest dedupe, puts a new alert in the place of the old one, but not of one that lives until healed', async () => {
    const { ctx, clock } = await open();
    const first = await refOf(ctx);
    await linkAlert(ctx, { alertRef: first, incidentId: 'inc_1', reason: 'linked' });
    await clock.advance(30 * minuteMs + 1);
    const [second] = await take(ctx, {});
    expect(second).toMatchObject({ deduped: false, occurrences: 1, status: 'new' });
    expect(await rows(ctx)).toMatchObject([
      { alert_ref: first, status: 'acked', ended_at: clock.now(), announced: 2, incident_id: 'inc_1' },
      { alert_ref: second?.alert_ref, status: 'new', ended_at: null, incident_id: 'inc_1' },
    ]);
    expect((await reasons(ctx, first)).at(-1)).toBe('acked → acked: superseded');
    expect(await reasons(ctx, second?.alert_ref ?? '')).toEqual([`- → new: past_ttl_of_${first}`]);

    for (let passed = 0; passed <= policy.dedupeMaxMs; passed += 30 * minuteMs) {
      await clock.advance(30 * minuteMs);
      await take(ctx, {});
    }
    const last = (await rows(ctx)).at(-1);
    expect(await reasons(ctx, last?.alert_ref ?? '')).toEqual([
      `- → new: past_dedupe_max_of_${second?.alert_ref}`,
    ]);
    expect(last).toMatchObject({ incident_id: 'inc_1', occurrences: 1 });

    const ageless = { title: 'lives until healed', dedupeTtlMs: null };
    const ref = await refOf(ctx, ageless);
    await clock.advance(90 * 24 * 60 * minuteMs);
    expect(await take(ctx, ageless)).toMatchObject([{ alert_ref: ref, deduped: true, occurrences: 2 }]);
  });

  it('takes a rise of severity as new work: an acked alert is new, a worker that has it hears of it at its ack', async () => {
    const { ctx } = await open();
    const ref = await refOf(ctx, { severity: 'P2' });
    await ackAll(ctx);
    expect((await take(ctx, { severity: 'P2' }))[0]?.status).toBe('acked');
    const risen = await ingest(ctx, [completeReport({ severity: 'P1' })], policy);
    expect(risen).toMatchObject({ hasWork: true, answers: [{ status: 'new', deduped: true }] });
    expect((await reasons(ctx, ref)).at(-1)).toBe('acked → new: severity_raised');

    const [held] = await claim(ctx);
    await take(ctx, { severity: 'P0' });
    await ackAlerts(ctx, [
      { alertRef: ref, leaseToken: held?.lease_token ?? '', reason: 'acked', note: null },
    ]);
    expect((await rows(ctx))[0]).toMatchObject({
      status: 'new',
      severity: 'P0',
      severity_rank: 0,
      owner: null,
    });
    expect((await reasons(ctx, ref)).slice(-2)).toEqual([
      'processing → processing: severity_raised',
      'processing → new: acked',
    ]);
    await ackAll(ctx);
    expect((await rows(ctx))[0]?.status).toBe('acked');
  });

  it('gives an alert that comes round anew all its attempts, and lets none that has ended wait for another try', async () => {
    const { ctx, clock } = await open();
    const ref = await refOf(ctx, { severity: 'P2', dedupeTtlMs: null });
    const failOnce = async () => {
      const [held] = await claim(ctx);
      const failure = { alertRef: ref, leaseToken: held?.lease_token ?? '', error: 'x', retryAfterMs: 1 };
      await failAlert(ctx, { ...failure, maxAttempts: 5 });
      await clock.advance(minuteMs);
    };
    for (let attempts = 1; attempts <= 4; attempts++) await failOnce();
    const [held] = await claim(ctx);
    expect(held?.attempts).toBe(4);
    await take(ctx, { severity: 'P1', dedupeTtlMs: null });
    await ackAlerts(ctx, [
      { alertRef: ref, leaseToken: held?.lease_token ?? '', reason: 'acked', note: null },
    ]);
    expect((await rows(ctx))[0]).toMatchObject({ status: 'new', attempts: 0 });

    await failOnce();
    await ackAll(ctx);
    expect((await rows(ctx))[0]).toMatchObject({ status: 'acked', attempts: 1 });
    await take(ctx, { severity: 'P0', dedupeTtlMs: null });
    expect((await rows(ctx))[0]).toMatchObject({ status: 'new', attempts: 0 });

    const stale = await refOf(ctx, { title: 'stale' });
    const [failing] = await claim(ctx);
    await failAlert(ctx, {
      alertRef: stale,
      leaseToken: failing?.lease_token ?? '',
      error: 'x',
      retryAfterMs: 3_600_000,
      maxAttempts: 5,
    });
    await clock.advance(31 * minuteMs);
    await take(ctx, { title: 'stale' });
    expect((await rows(ctx)).slice(-2)).toMatchObject([
      { status: 'acked', retry_at: null },
      { status: 'new' },
    ]);
  });

  it('ends the live alert, which settles what nobody has begun, and ignores the end of what is not live', async () => {
    const { ctx, clock } = await open();
    const fresh = await refOf(ctx, { title: 'fresh' });
    expect(await take(ctx, { ...resolved, title: 'fresh' })).toMatchObject([
      { accepted: true, deduped: false, alert_ref: fresh, status: 'acked' },
    ]);
    expect((await reasons(ctx, fresh)).at(-1)).toBe('new → acked: resolved_before_triage');

    const told = await refOf(ctx, { title: 'told', severity: 'P2' });
    await linkAlert(ctx, { alertRef: told, incidentId: 'inc_1', reason: 'linked' });
    await take(ctx, { title: 'told', severity: 'P0' });
    await take(ctx, { ...resolved, title: 'told' });
    expect((await reasons(ctx, told)).at(-1)).toBe('new → acked: resolved');

    const held = await refOf(ctx, { title: 'held' });
    await claim(ctx);
    await take(ctx, { ...resolved, title: 'held' });
    expect((await reasons(ctx, held)).at(-1)).toBe('processing → processing: resolved');
    expect((await rows(ctx)).map((row) => row.ended_at)).toEqual([clock.now(), clock.now(), clock.now()]);

    const count = (await rows(ctx)).length;
    expect(await take(ctx, resolved)).toMatchObject([
      { accepted: true, deduped: false, alert_ref: null, occurrences: 0, status: null },
    ]);
    expect(await rows(ctx)).toHaveLength(count);
    await take(ctx, { startedAt: clock.now() });
    expect(await take(ctx, { ...resolved, endsAt: clock.now() - 1 })).toMatchObject([{ alert_ref: null }]);
    expect((await rows(ctx)).at(-1)?.ended_at).toBeNull();
  });

  it('takes several of one key in one batch as if they had come one by one', async () => {
    const { ctx } = await open();
    const answers = await take(ctx, {}, {}, {}, resolved, {}, { severity: 'P0' });
    const [first, second, third, end, next, last] = answers.map((answer) => answer.alert_ref);
    expect([second, third, end, last]).toEqual([first, first, first, next]);
    expect(answers.map((answer) => [answer.deduped, answer.occurrences, answer.status])).toEqual([
      [false, 1, 'new'],
      [true, 2, 'new'],
      [true, 3, 'new'],
      [false, 3, 'acked'],
      [false, 1, 'new'],
      [true, 2, 'new'],
    ]);
    expect(await rows(ctx)).toMatchObject([
      { alert_ref: first, occurrences: 3, status: 'acked', severity: 'P1' },
      { alert_ref: next, occurrences: 2, ended_at: null, severity: 'P0' },
    ]);
    expect((await decisions(ctx)).map((row) => [row.reason, row.occurrences])).toEqual([
      ['deduped_within_ttl', 2],
      ['severity_raised', 1],
    ]);
  });

  it('tells problems apart by service, env, kind and fingerprint, and nothing else', async () => {
    const { ctx } = await open();
    const distinct: Partial<AlertReport>[] = [
      {},
      { service: 'web' },
      { env: 'staging' },
      { kind: 'latency' },
      { title: 'api is slow' },
      { fingerprint: 'its own' },
      { labels: { fingerprint: 'the label' }, fingerprint: 'its own' },
    ];
    const same: Partial<AlertReport>[] = [
      { title: 'api is down', severity: 'P3', source: 'other@node2', labels: { node: 'n2' } },
      { labels: { fingerprint: '' }, fingerprint: '' },
      { labels: { fingerprint: 'the label' }, title: 'quite another' },
    ];
    const answers = await take(ctx, ...distinct, ...same);
    expect(answers.map((answer) => answer.deduped)).toEqual([
      ...distinct.map(() => false),
      ...same.map(() => true),
    ]);
    const [prod, , staging] = await rows(ctx);
    expect(prod?.signature).toBe(staging?.signature);
  });

  it('notes when each source was last heard, and joins the transaction of its caller', async () => {
    const { ctx, clock } = await open();
    await take(ctx, { source: 'b@1' }, { source: 'a@1' }, { source: 'b@1', ...resolved });
    const startedAt = clock.now();
    await clock.advance(minuteMs);
    await take(ctx, { source: 'b@1' });
    const late = { ...ctx, clock: { ...clock, now: () => startedAt - 5 } };
    await take(late, { source: 'b@1' }, { source: 'a@1' });
    expect(await listSources(ctx)).toEqual([
      { source: 'a@1', last_seen_at: startedAt },
      { source: 'b@1', last_seen_at: startedAt + minuteMs },
    ]);

    const failing = inTransaction(ctx, async (ctx) => {
      await take(ctx, { title: 'never' });
      throw new Error('back');
    });
    await expect(failing).rejects.toThrow('back');
    expect((await rows(ctx)).map((row) => row.title)).not.toContain('never');
  });
});

describeSharedStores('ingest by several at once', (open) => {
  it('leaves one live alert a key and counts every report, however they race', async () => {
    const { ctx, clock, options } = await open();
    const second = await openStore(options, quietLog);
    onTestFinished(() => second.close());
    const writers = [ctx, createTestCtx(second, clock)];
    const titles = ['alpha', 'beta', 'gamma'];
    const batches = Array.from({ length: 16 }, (_, i) => {
      const writer = writers[i % 2] as Ctx;
      // Half of them in the other order, so that they lock crosswise.
      const order = i % 4 < 2 ? titles : [...titles].reverse();
      return take(writer, ...order.map((title) => ({ title })));
    });
    const answers = (await Promise.all(batches)).flat();
    expect(await rows(ctx)).toMatchObject(titles.map(() => ({ ended_at: null, occurrences: 16 })));
    expect(answers.filter((answer) => !answer.deduped)).toHaveLength(3);
    const counted = await decisions(ctx);
    expect(counted.map((row) => row.occurrences)).toEqual([15, 15, 15]);
  });

  it('leaves one live alert where ends and beginnings race', async () => {
    const { ctx, clock, options } = await open();
    const second = await openStore(options, quietLog);
    onTestFinished(() => second.close());
    const writers = [ctx, createTestCtx(second, clock)];
    const races = Array.from({ length: 16 }, (_, i) =>
      take(writers[i % 2] as Ctx, i % 3 === 0 ? resolved : {}),
    );
    const answers = (await Promise.all(races)).flat();
    await take(ctx, {});
    const all = await rows(ctx);
    expect(all.filter((row) => row.ended_at === null)).toHaveLength(1);
    const firing = answers.filter((answer, i) => i % 3 !== 0 && answer.alert_ref !== null).length;
    expect(all.reduce((sum, row) => sum + row.occurrences, 0)).toBe(firing + 1);
  });
});
