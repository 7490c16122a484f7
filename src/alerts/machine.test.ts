import fc from 'fast-check';
import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { AppError } from '../core/errors.ts';
import { type Severity, severities, severityRank } from '../core/severity.ts';
import type { AlertEventRow, AlertRow } from '../store/index.ts';
import {
  ackAction,
  ackAlerts,
  alertView,
  claimAlerts,
  failAlert,
  ingest,
  lapseAlerts,
  readReport,
  requeueAction,
  resolveAction,
  retryAction,
  returnAlerts,
  toAlertView,
} from './index.ts';
import { withBirth } from './list-events.ts';

const minuteMs = 60_000;
const maxAttempts = 3;
const policy = { dedupeMaxMs: 24 * 60 * minuteMs };
const moves = { requeue: requeueAction, retry: retryAction, ack: ackAction, resolve: resolveAction };

type Report = { key: number; severity: Severity; resolved: boolean; leased: boolean };
type Step =
  | { kind: 'report'; reports: Report[] }
  | { kind: 'claim'; actor: number; limit: number }
  | { kind: 'ack' | 'fail' | 'return'; actor: number; which: number }
  | { kind: 'advance'; minutes: number }
  | { kind: 'lapse' }
  | { kind: 'move'; move: keyof typeof moves; which: number };

const actor = fc.nat(2);
const which = fc.nat(20);
const oneReport = fc.record({
  key: fc.nat(2),
  severity: fc.constantFrom(...severities),
  resolved: fc.constant(true),
  leased: fc.boolean(),
});
const firing = oneReport.map((report) => ({ ...report, resolved: false }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      reports: fc.array(fc.oneof({ weight: 3, arbitrary: firing }, { weight: 1, arbitrary: oneReport }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      actor,
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('ack', 'fail', 'return'), actor, which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), minutes: fc.constantFrom(1, 5, 31, 1500) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lapse' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      move: fc.constantFrom(...(Object.keys(moves) as (keyof typeof moves)[])),
      which,
    }),
  },
);

/** Several actors on one database, and what they know to be true of it. */
function createWorld({ ctx, clock }: StoreHarness) {
  const held: { alertRef: string; leaseToken: string }[][] = [[], [], []];
  const occurrences = new Map<string, number>();
  const worst = new Map<string, number>();

  const report = async (reports: readonly Report[]) => {
    const complete = reports.map(({ key, severity, resolved, leased }) =>
      completeReport({
        fingerprint: `key ${key}`,
        severity,
        status: resolved ? 'resolved' : 'firing',
        endsAt: leased && !resolved ? clock.now() + 5 * minuteMs : null,
        dedupeTtlMs: leased ? null : 30 * minuteMs,
      }),
    );
    const { answers } = await ingest(ctx, complete, policy);
    for (const [i, { alert_ref }] of answers.entries()) {
      const one = reports[i];
      if (!one || one.resolved || alert_ref === null) continue;
      occurrences.set(alert_ref, (occurrences.get(alert_ref) ?? 0) + 1);
      worst.set(alert_ref, Math.min(worst.get(alert_ref) ?? 9, severityRank(one.severity)));
    }
  };

  const claim = async (actor: number, limit: number) => {
    const rows = await claimAlerts(ctx, {
      owner: `w${actor}`,
      limit,
      leaseMs: 4 * minuteMs,
      windowMs: null,
      maxAttempts,
    });
    expect(rows.length).toBeLessThanOrEqual(limit);
    held[actor]?.push(...rows.map((row) => ({ alertRef: row.alert_ref, leaseToken: row.lease_token ?? '' })));
    return rows.length;
  };

  const work = async (kind: 'ack' | 'fail' | 'return', actor: number, which: number) => {
    const item = held[actor]?.[which % Math.max(1, held[actor].length)];
    if (!item) return;
    if (kind === 'ack') await ackAlerts(ctx, [{ ...item, reason: 'acked', note: null }]);
    else if (kind === 'return') await returnAlerts(ctx, [item], clock.now() + 5000, 'returned');
    else
      await failAlert(ctx, { ...item, error: 'x', retryAfterMs: minuteMs, maxAttempts }).catch(
        expectConflict,
      );
  };

  const move = async (name: keyof typeof moves, which: number) => {
    const ref = [...occurrences.keys()][which % Math.max(1, occurrences.size)];
    if (ref) await moves[name].run(ctx, { alert_ref: ref }).catch(expectConflict);
  };

  return {
    occurrences,
    worst,
    claim,
    work,
    held,
    async run(step: Step): Promise<void> {
      switch (step.kind) {
        case 'report':
          return report(step.reports);
        case 'claim':
          return void (await claim(step.actor, step.limit));
        case 'advance':
          return clock.advance(step.minutes * minuteMs);
        case 'lapse':
          return void (await lapseAlerts(ctx));
        case 'move':
          return move(step.move, step.which);
        default:
          return work(step.kind, step.actor, step.which);
      }
    },
  };
}

function expectConflict(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
}

const tables = ['alert', 'alert_event', 'alert_decision', 'alert_source'] as const;

async function readAll({ ctx }: StoreHarness) {
  const alerts = await ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
  const events = await ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute();
  return { alerts, eventsOf: Map.groupBy(events, (event) => event.alert_ref) };
}

type World = ReturnType<typeof createWorld>;
type Snapshot = Awaited<ReturnType<typeof readAll>>;

function checkSnapshot(world: World, { alerts, eventsOf }: Snapshot): void {
  const live = alerts.filter((row) => row.ended_at === null).map((row) => row.dedupe_key);
  expect(new Set(live).size, 'one live alert a key').toBe(live.length);
  expect(
    alerts.map((row) => [row.alert_ref, row.occurrences, row.severity_rank]),
    'no alert and no report is lost, and the highest severity stays',
  ).toEqual([...world.occurrences].sort().map(([ref, count]) => [ref, count, world.worst.get(ref)]));
  for (const row of alerts) checkRow(row, withBirth(row, eventsOf.get(row.alert_ref) ?? []));
}

function checkRow(row: AlertRow, events: readonly AlertEventRow[]): void {
  const states = events.map((event) => event.to_status);
  expect(
    events.map((event) => event.from_status),
    'each event begins where the last one ended',
  ).toEqual([null, ...states.slice(0, -1)]);
  expect(states.at(-1), 'every change of status has its event').toBe(row.status);
  const isHeld = row.status === 'processing';
  expect([row.lease_token, row.owner, row.processing_lock_until].map((value) => value !== null)).toEqual([
    isHeld,
    isHeld,
    isHeld,
  ]);
  if (row.status === 'failed') expect(row.retry_at).not.toBeNull();
  expect(row.severity).toBe(severities[row.severity_rank]);
}

/** What was acked comes round again only when it rises or when somebody says so. */
function checkAcked(before: Snapshot, after: Snapshot, step: Step): void {
  for (const old of before.alerts) {
    const now = after.alerts.find((row) => row.alert_ref === old.alert_ref);
    if (old.status !== 'acked' || now?.status === 'acked') continue;
    const rose = step.kind === 'report' && (now?.severity_rank ?? 9) < old.severity_rank;
    expect(rose || (step.kind === 'move' && step.move === 'requeue'), 'an acked alert stays acked').toBe(
      true,
    );
  }
}

/** Workers that do nothing but ack settle all there is, in the end. */
async function checkNothingIsStuck(harness: StoreHarness, world: World): Promise<void> {
  await harness.clock.advance(120 * minuteMs);
  for (let rounds = 0; (await world.claim(0, 3)) > 0; rounds++) {
    expect(rounds).toBeLessThan(50);
    for (const item of world.held[0]?.splice(0) ?? []) {
      await ackAlerts(harness.ctx, [{ ...item, reason: 'acked', note: null }]);
    }
  }
  const { alerts } = await readAll(harness);
  expect(alerts.filter((row) => row.status !== 'acked' && row.status !== 'dead')).toEqual([]);
}

const hostile = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'constructor',
    '__proto__',
    '',
    ' ',
    '\0',
    '\ud83d',
    'P0',
    'critical',
    'resolved',
    'test',
    null,
    -1,
    1e308,
  ),
  fc.integer(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.oneof(fc.string({ unit: 'binary' }), fc.double()),
  ),
);
const fields = [
  'service',
  'title',
  'message',
  'summary',
  'kind',
  'severity',
  'env',
  'source',
  'status',
  'started_at',
  'ends_at',
  'labels',
  'annotations',
  'metrics',
  'evidence',
  'dedupe_ttl_minutes',
];
const mutated = fc
  .tuple(
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...fields), fc.string()), hostile), { maxLength: 3 }),
    fc.record(
      {
        service: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }),
        title: fc.string({ unit: 'grapheme' }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([changes, base]) => ({ service: 'api', title: 'down', ...base, ...Object.fromEntries(changes) }));

describeEachStore('alerts, whatever several actors do in whatever order', (open) => {
  it('keep their promises after each step, and are all settled in the end', async () => {
    const harness = await open();
    const { ctx, options } = harness;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      for (const table of tables) await ctx.db.deleteFrom(table).execute();
      const world = createWorld(harness);
      let before = await readAll(harness);
      for (const step of steps) {
        await world.run(step);
        const after = await readAll(harness);
        checkSnapshot(world, after);
        checkAcked(before, after, step);
        before = after;
      }
      await checkNothingIsStuck(harness, world);
    });
    await fc.assert(property, { numRuns: options.backend === 'memory' ? 300 : 15 });
  }, 60_000);

  it('are read from any body without a throw, and leave no row that is not whole', async () => {
    const harness = await open();
    const { ctx, clock, options } = harness;
    const bodies = fc.sample(mutated, options.backend === 'memory' ? 2000 : 1000);
    const read = bodies.map((body) =>
      readReport(body, { source: 'fuzz', kinds: [], routes: [], nowMs: clock.now() }),
    );
    const reports = read.flatMap((result) => ('report' in result ? [result.report] : []));
    expect(reports.length).toBeGreaterThan(50);
    expect(reports.length).toBeLessThan(bodies.length);
    for (let i = 0; i < reports.length; i += 50) await ingest(ctx, reports.slice(i, i + 50), policy);
    const { alerts, eventsOf } = await readAll(harness);
    for (const row of alerts) {
      checkRow(row, withBirth(row, eventsOf.get(row.alert_ref) ?? []));
      alertView.parse(toAlertView(row));
    }
  });
});
