import { expect, it } from 'vitest';
import { takeReports as report } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { parseInput } from '../core/action.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { ask, type Ctx } from '../store/index.ts';
import {
  ackAction,
  ackAlerts,
  claimAlerts,
  countComponentAlerts,
  failAlert,
  findLastHeard,
  holdAlerts,
  linkAlert,
  listAlerts,
  listAlertsAround,
  listAlertsOfIncident,
  listHealed,
  markEndAnnounced,
  recordDecisions,
  requireAlert,
  resolveAction,
  showDashboard,
  summarizeIncidentAlerts,
} from './index.ts';

const minuteMs = 60_000;

const list = (ctx: Ctx, query: object) => listAlerts.run(ctx, parseInput(listAlerts.input, query));
async function listTitles(ctx: Ctx, query: object): Promise<string[]> {
  const page = (await list(ctx, query)) as { data: { title: string }[] };
  return page.data.map((alert) => alert.title);
}
const claim = (ctx: Ctx, limit = 25) =>
  claimAlerts(ctx, { owner: 'w', limit, leaseMs: 24 * 60 * minuteMs, windowMs: null, maxAttempts: 5 });

describeEachStore('the list of alerts', (open) => {
  it('of a time has what came before and was heard in it, whether it lives or has ended since', async () => {
    const { ctx, clock } = await open();
    const titles = ['silent', 'ended before', 'lives', 'ended since', 'lives, too'];
    const refs = await report(ctx, ...titles.map((title) => ({ title, dedupeTtlMs: null })));
    await resolveAction.run(ctx, { alert_ref: refs[1] ?? '' });
    await clock.advance(30 * minuteMs);
    await report(ctx, ...titles.slice(2).map((title) => ({ title, dedupeTtlMs: null })));
    await resolveAction.run(ctx, { alert_ref: refs[3] ?? '' });
    await report(ctx, { title: 'new' });
    const heard = ['new', 'lives, too', 'ended since', 'lives'];
    expect(await listTitles(ctx, { window_minutes: 5 })).toEqual(heard);
    const first = (await list(ctx, { window_minutes: 5, limit: 2 })) as { next_cursor: string };
    const rest = { window_minutes: 5, cursor: first.next_cursor };
    expect(await listTitles(ctx, rest)).toEqual(heard.slice(2));
    expect(await listTitles(ctx, { window_minutes: 5, state: 'resolved' })).toEqual(['ended since']);
  });

  it('is filtered by each of its parameters', async () => {
    const { ctx, clock } = await open();
    await report(
      ctx,
      { title: 'env', env: 'staging' },
      { title: 'service', service: 'web' },
      { title: 'source', source: 'x@y' },
      { title: 'kind', kind: 'oom' },
      { title: 'severity', severity: 'INFO' },
      { title: 'component', labels: { component: 'chat' } },
    );
    const [acked = '', resolved = ''] = await report(ctx, { title: 'acked' }, { title: 'resolved' });
    await ackAction.run(ctx, { alert_ref: acked });
    await resolveAction.run(ctx, { alert_ref: resolved });
    await clock.advance(10 * minuteMs);
    await report(ctx, { title: 'late' });
    const at = (agoMinutes: number) => new Date(clock.now() - agoMinutes * minuteMs).toISOString();
    const expected: [object, string[]][] = [
      [{ env: 'staging' }, ['env']],
      [{ service: 'web' }, ['service']],
      [{ source: 'x@y' }, ['source']],
      [{ kind_in: 'oom,disk' }, ['kind']],
      [{ severity_in: ['INFO', 'P3'] }, ['severity']],
      [{ component: 'chat' }, ['component']],
      [{ status_in: 'acked' }, ['resolved', 'acked']],
      [{ status_in: 'acked', state: 'firing' }, ['acked']],
      [{ state: 'resolved' }, ['resolved']],
      [{ window_minutes: '5' }, ['late']],
      [{ from: at(9) }, ['late']],
      [{ since: at(9) }, ['late']],
      [{ from: at(0) }, ['late']],
      [{ to: at(0), status_in: 'acked' }, ['resolved', 'acked']],
      [{ from: at(10), to: at(9), env: 'staging' }, ['env']],
      [{ env: 'nowhere' }, []],
    ];
    for (const [query, titles] of expected)
      expect([query, await listTitles(ctx, query)]).toEqual([query, titles]);
    expect(await listTitles(ctx, {})).toHaveLength(9);
    await expect(async () => list(ctx, { colour: 'red' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('finds text in title and message as it is, letter case aside', async () => {
    const { ctx } = await open();
    await report(
      ctx,
      { title: '100% full' },
      { title: '100 per cent' },
      { title: 'snake_case' },
      { title: 'snakeXcase' },
      { title: 'back\\slash' },
      { title: 'Ärger in München' },
      { title: 'plain', message: 'Out Of Memory' },
      { title: "it's" },
    );
    for (const [q, titles] of [
      ['100%', ['100% full']],
      ['E_C', ['snake_case']],
      ['k\\S', ['back\\slash']],
      ['Ärger', ['Ärger in München']],
      ['MÜNCHEN'.replace('Ü', 'ü'), ['Ärger in München']],
      ['out of', ['plain']],
      ["'s", ["it's"]],
      ['%', ['100% full']],
      ['_', ['snake_case']],
      ['nothing like it', []],
    ] as const) {
      expect([q, await listTitles(ctx, { q })]).toEqual([q, titles]);
    }
  });

  it('in pages has no holes, no doubles and no empty last page while alerts come in', async () => {
    const { ctx, clock } = await open();
    const made: string[] = [];
    const add = async (count: number) => {
      const titles = Array.from({ length: count }, () => ({ title: ctx.ids.ulid() }));
      const refs = await report(ctx, ...titles);
      await clock.advance(1);
      return refs;
    };
    made.push(...(await add(4)), ...(await add(6)));
    const seen: string[] = [];
    let cursor: string | null | undefined;
    for (let pages = 1; cursor !== null; pages++) {
      const page = (await list(ctx, { limit: 5, ...(cursor ? { cursor } : {}) })) as {
        data: { alert_ref: string }[];
        next_cursor: string | null;
      };
      expect(page.data).toHaveLength(5);
      expect(pages).toBeLessThan(3);
      seen.push(...page.data.map((alert) => alert.alert_ref));
      cursor = page.next_cursor;
      await add(3);
    }
    expect(seen).toEqual(made.reverse());
  });
});

describeEachStore('the dashboard', (open) => {
  it('counts, ranks and names the violations of the loop itself', async () => {
    const { ctx, clock } = await open();
    const dashboard = showDashboard.output;
    const show = () => showDashboard.run(ctx, parseInput(showDashboard.input, {}));
    expect(await show()).toMatchObject({
      window_minutes: 240,
      total: 0,
      live: 0,
      by_status: { new: 0, processing: 0, acked: 0, failed: 0, dead: 0 },
      by_severity: { P0: 0, P1: 0, P2: 0, P3: 0, INFO: 0 },
      top_signatures: [],
      latest: [],
      sources: [],
      loop: { claim_to_ack_p95_seconds: null, failed_rate_pct: 0, processing_stuck_count: 0, violations: [] },
    });

    await report(ctx, { title: 'stuck', dedupeTtlMs: null });
    await claim(ctx);
    await clock.advance(250 * minuteMs);
    // A repeat is no sign of life of the worker.
    await report(ctx, { title: 'stuck', severity: 'P0', dedupeTtlMs: null });
    const refs = await report(
      ctx,
      ...Array.from({ length: 19 }, (_, i) => ({ title: `t${i}`, severity: 'P2' as const })),
      { title: 'slow', severity: 'P0', source: 'b@2' },
      { title: 'twice', service: 'web' },
      { title: 'twice', service: 'web' },
      { title: 'twice', service: 'web', env: 'staging' },
    );
    const held = (await claim(ctx, 20)).filter((row) => row.service === 'api');
    const failing = held.find((row) => row.title === 't0');
    const slow = held.find((row) => row.title === 'slow');
    const ack = (row: (typeof held)[number] | undefined) => ({
      alertRef: row?.alert_ref ?? '',
      leaseToken: row?.lease_token ?? '',
      reason: 'acked',
      note: null,
    });
    await clock.advance(2000);
    await ackAlerts(ctx, held.filter((row) => row !== slow && row !== failing).map(ack));
    await failAlert(ctx, { ...ack(failing), error: 'x', retryAfterMs: minuteMs, maxAttempts: 1 });
    await clock.advance(88_000);
    await ackAlerts(ctx, [ack(slow)]);
    await resolveAction.run(ctx, { alert_ref: slow?.alert_ref ?? '' });

    const board = dashboard.parse(await show());
    expect(board).toMatchObject({
      total: 22,
      live: 21,
      by_status: { new: 2, processing: 2, acked: 17, failed: 0, dead: 1 },
      by_severity: { P0: 1, P1: 2, P2: 19 },
      sources: [{ source: 'b@2' }, { source: 'monitor@node1' }],
      loop: {
        claim_to_ack_p95_seconds: 90,
        failed_rate_pct: 5,
        processing_stuck_count: 1,
        violations: ['claim_to_ack_p95_seconds', 'processing_stuck_count'],
      },
    });
    expect(board.top_signatures).toHaveLength(10);
    expect(board.top_signatures[0]).toMatchObject({
      service: 'web',
      title: 'twice',
      alerts: 2,
      occurrences: 3,
    });
    expect(board.latest.map((alert) => alert.alert_ref)).toEqual(
      [...new Set(refs)].sort().reverse().slice(0, 10),
    );
  });
});

describeEachStore('what others ask of alerts', (open) => {
  it('decisions are counted by alert and reason; what happened around a time is found, and how many there were', async () => {
    const { ctx, clock } = await open();
    const [ref = ''] = await report(ctx, { title: 'a' });
    const decide = (reason: string, rule: string | null) => ({ alertRef: ref, reason, rule });
    await recordDecisions(ctx, []);
    await recordDecisions(ctx, [decide('silenced', 'one'), decide('cooldown', null)]);
    await clock.advance(5);
    await recordDecisions(ctx, [decide('silenced', 'two'), decide('silenced', 'three')]);
    const rows = await ctx.db.selectFrom('alert_decision').selectAll().orderBy('reason').execute();
    const [first_at, last_at] = [clock.now() - 5, clock.now()];
    expect(rows).toEqual([
      { alert_ref: ref, reason: 'cooldown', rule: null, occurrences: 1, first_at, last_at: first_at },
      { alert_ref: ref, reason: 'silenced', rule: 'three', occurrences: 3, first_at, last_at },
    ]);

    await clock.advance(60_000);
    const refs: string[] = [];
    for (const title of ['a', 'b', 'c', 'd']) {
      refs.push(...(await report(ctx, { title })));
      await clock.advance(1000);
    }
    const start = clock.now() - 4000;
    const around = await listAlertsAround(ctx, {
      fromMs: start + 1000,
      toMs: start + 3000,
      exceptRef: refs[2] ?? '',
      limit: 1,
    });
    expect({ refs: around.rows.map((row) => row.alert_ref), total: around.total }).toEqual({
      refs: [refs[3]],
      total: 2,
    });
    const [held] = await ask(ctx, holdAlerts(ctx, refs));
    expect(held).toHaveLength(4);
  });

  it('the alerts of incidents are listed and summed up, and whose end nobody heard of are found once', async () => {
    const { ctx, clock } = await open();
    const start = clock.now();
    const [a = '', b = '', c = '', d = ''] = await report(
      ctx,
      ...['a', 'b', 'c', 'd'].map((title) => ({ title })),
    );
    for (const [alertRef, incidentId] of [
      [a, 'inc_1'],
      [b, 'inc_1'],
      [c, 'inc_2'],
    ] as const) {
      await linkAlert(ctx, { alertRef, incidentId, reason: 'linked' });
    }
    await clock.advance(10);
    await report(ctx, { title: 'b' });
    await resolveAction.run(ctx, { alert_ref: a });
    const summaries = await summarizeIncidentAlerts(ctx, ['inc_2', 'inc_1', 'inc_none']);
    expect(summaries.sort((x, y) => (x.incidentId < y.incidentId ? -1 : 1))).toEqual([
      {
        incidentId: 'inc_1',
        total: 2,
        live: 1,
        occurrences: 3,
        lastSeenAt: clock.now(),
        lastEndedAt: clock.now(),
      },
      { incidentId: 'inc_2', total: 1, live: 1, occurrences: 1, lastSeenAt: start, lastEndedAt: null },
    ]);
    expect(await summarizeIncidentAlerts(ctx, [])).toEqual([]);
    expect((await listAlertsOfIncident(ctx, 'inc_1')).map((row) => row.alert_ref)).toEqual([a, b]);
    expect(await findLastHeard(ctx, 'inc_1', a)).toBe(clock.now());

    const [held] = await claim(ctx);
    expect(held?.alert_ref).toBe(d);
    const leaseToken = held?.lease_token ?? '';
    await ackAlerts(ctx, [{ alertRef: d, leaseToken, reason: 'notify_only', note: null, announced: true }]);
    expect(await listHealed(ctx, 10)).toEqual([]);
    await resolveAction.run(ctx, { alert_ref: d });
    expect((await listHealed(ctx, 10)).map((row) => row.alert_ref)).toEqual([d]);
    expect((await markEndAnnounced(ctx, [d, b])).sort()).toEqual([b, d]);
    expect(await markEndAnnounced(ctx, [d])).toEqual([]);
    expect(await listHealed(ctx, 10)).toEqual([]);
  });

  it('live alerts about components are counted by severity, but for those of their own checks', async () => {
    const { ctx, clock } = await open();
    const about = (title: string, severity: AlertReport['severity'], component = 'chat') => ({
      title,
      severity,
      labels: { component },
    });
    const [first = ''] = await report(
      ctx,
      about('a', 'P1'),
      about('b', 'P1'),
      about('c', 'P0'),
      about('d', 'P3'),
    );
    await report(ctx, about('health:chat', 'P1'), about('e', 'P2', 'api'), { title: 'f' });
    const counted = {
      component: 'chat',
      severity_rank: 1,
      alerts: 2,
      first_ref: first,
      first_seen_at: clock.now(),
    };
    expect(await countComponentAlerts(ctx, ['chat', 'none'])).toMatchObject([
      { severity_rank: 0, alerts: 1 },
      counted,
    ]);
    expect(await countComponentAlerts(ctx, null)).toMatchObject([
      { component: 'api' },
      { component: 'chat' },
      counted,
    ]);
    await resolveAction.run(ctx, { alert_ref: (await requireAlert(ctx, first)).alert_ref });
    expect((await countComponentAlerts(ctx, ['chat']))[1]?.alerts).toBe(1);
  });
});
