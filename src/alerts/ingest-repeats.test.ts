import fc from 'fast-check';
import { expect, it } from 'vitest';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { Ids } from '../core/ids.ts';
import { severities, severityRank } from '../core/severity.ts';
import { type AlertRow, type Ctx, insertMany } from '../store/index.ts';
import {
  alertStatuses,
  type IngestAnswer,
  ingest,
  ingestRepeats,
  type KeyedReport,
  keyReport,
} from './index.ts';
import { ingestKeyed } from './ingest.ts';
import { leftToWorkers } from './left.ts';
import { buildAlert } from './new-alert.ts';

const minuteMs = 60_000;
const ttlMs = 30 * minuteMs;
const policy = { dedupeMaxMs: 24 * 60 * minuteMs };
const keys = 6;

/** One of the values, the plain one most of the time. */
const mostly = <Plain, Other>(plain: Plain, ...others: Other[]) =>
  fc.oneof(
    { weight: 14, arbitrary: fc.constant(plain) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );

const anySeverity = fc.constantFrom(...severities);

const anyAlert = fc.record({
  isThere: mostly(true, false),
  isOver: mostly(false, true),
  status: fc.constantFrom(...alertStatuses),
  severity: anySeverity,
  lastSeenAgoMs: mostly(minuteMs, 0, -5, ttlMs - 1, ttlMs, ttlMs + 1),
  firstSeenAgoMs: mostly(ttlMs, policy.dedupeMaxMs - 1, policy.dedupeMaxMs, policy.dedupeMaxMs + 1),
  ttlMs: mostly(ttlMs, null, 0),
  endsInMs: mostly(null, minuteMs),
  message: fc.constantFrom(null, 'as it was'),
  metrics: fc.constantFrom(null, '{"ms":1}'),
  isLeft: mostly(false, true),
  attempts: fc.nat(2),
});

const anyReport = fc.record({
  key: fc.nat(keys - 1),
  isEnd: mostly(false, true),
  severity: fc.oneof(
    { weight: 3, arbitrary: fc.constant('INFO' as const) },
    { weight: 1, arbitrary: anySeverity },
  ),
  startedAgoMs: mostly(null, ttlMs),
  endsInMs: mostly(null, minuteMs),
  ttlMs: mostly(ttlMs, 0, 5 * minuteMs),
  message: fc.constantFrom(null, '', 'it is "down" \\'),
  metrics: fc.constantFrom({}, { ms: 2 }),
  annotations: fc.constantFrom({}, { runbook: 'https://r' }),
  evidence: fc.constantFrom<AlertReport['evidence'][]>(null, { log_samples: ['a'] }),
  source: fc.constantFrom('a', 'b'),
});

type AlertSeed = typeof anyAlert extends fc.Arbitrary<infer Seed> ? Seed : never;
type ReportSeed = typeof anyReport extends fc.Arbitrary<infer Seed> ? Seed : never;

const titleOf = (key: number) => `problem ${key}`;

function toReport(seed: ReportSeed, nowMs: number): KeyedReport {
  const { key, isEnd, startedAgoMs, endsInMs, ttlMs, ...same } = seed;
  const report = completeReport({
    ...same,
    fingerprint: titleOf(key),
    status: isEnd ? 'resolved' : 'firing',
    startedAt: startedAgoMs === null ? null : nowMs - startedAgoMs,
    endsAt: endsInMs === null ? null : nowMs + endsInMs,
    dedupeTtlMs: endsInMs === null ? ttlMs : null,
  });
  return keyReport(report, 'request');
}

function toRow(seed: AlertSeed, key: number, nowMs: number): AlertRow {
  const { status, severity, message, metrics, attempts } = seed;
  const keyed = keyReport(completeReport({ fingerprint: titleOf(key) }), null);
  const startMs = nowMs - seed.firstSeenAgoMs;
  return {
    ...buildAlert(keyed, `0${key}`, startMs, null),
    ...{ status, severity, message, metrics, attempts },
    severity_rank: severityRank(severity),
    occurrences: 3,
    last_seen_at: nowMs - seed.lastSeenAgoMs,
    started_at: nowMs - ttlMs,
    ended_at: seed.isOver ? nowMs - 1 : null,
    ends_at: seed.endsInMs === null ? null : nowMs + seed.endsInMs,
    dedupe_ttl_ms: seed.ttlMs,
    retry_at: seed.isLeft ? leftToWorkers : null,
  };
}

/** Names that come in the same order each time. */
function createCountedIds(ids: Ids): Ids {
  let count = 0;
  return { ...ids, ulid: () => `1${String(++count).padStart(4, '0')}` };
}

const tables = ['alert', 'alert_event', 'alert_decision', 'signature_minute', 'alert_source'] as const;

async function readAll({ db }: Ctx) {
  const read = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  return read.map((rows) => rows.map((row) => JSON.stringify(row)).sort());
}

/** Takes the reports into a database with these alerts and nothing else. */
async function takeInto(
  { ctx }: StoreHarness,
  alerts: readonly AlertRow[],
  take: (ctx: Ctx) => Promise<unknown>,
) {
  for (const table of tables.toReversed()) await ctx.db.deleteFrom(table).execute();
  await insertMany(ctx, 'alert', alerts);
  const answers = await take({ ...ctx, ids: createCountedIds(ctx.ids) });
  return { answers, left: await readAll(ctx) };
}

describeEachStore('repeats without a look at what is there', (open) => {
  it('leave the same rows, answers and trail as with one, whatever is there and whatever comes', async () => {
    const world = await open();
    const nowMs = world.clock.now();
    let taken = 0;
    const both = async (ctx: Ctx, reports: readonly KeyedReport[]): Promise<IngestAnswer[]> => {
      const repeated = await ingestRepeats(ctx, reports, policy);
      taken += repeated.filter((answered) => answered !== null).length;
      const others = reports.filter((_, i) => repeated[i] === null);
      const rest = (await ingestKeyed(ctx, others, policy)).answers.values();
      return repeated.map((answered) => answered ?? (rest.next().value as IngestAnswer));
    };
    const alerts = fc.array(anyAlert, { minLength: keys, maxLength: keys });
    const reports = fc.array(anyReport, { minLength: 1, maxLength: 2 * keys });
    await fc.assert(
      fc.asyncProperty(alerts, reports, async (alerts, reports) => {
        const rows = alerts.flatMap((seed, key) => (seed.isThere ? [toRow(seed, key, nowMs)] : []));
        const keyed = reports.map((seed) => toReport(seed, nowMs));
        const look = async (ctx: Ctx) => (await ingestKeyed(ctx, keyed, policy)).answers;
        const looked = await takeInto(world, rows, look);
        expect(await takeInto(world, rows, (ctx) => both(ctx, keyed))).toEqual(looked);
      }),
      { numRuns: 20 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  it('count what does no more than repeat, and leave all else to who looks', async () => {
    const { ctx, clock } = await open();
    const plain = completeReport({});
    await ingest(ctx, [plain, completeReport({ title: 'held', dedupeTtlMs: null })], policy);
    await clock.advance(minuteMs);
    const take = (...reports: Partial<typeof plain>[]) =>
      ingestRepeats(
        ctx,
        reports.map((report) => keyReport(completeReport(report), null)),
        policy,
      );
    expect(await take({}, { severity: 'P3' }, { title: 'unknown' })).toMatchObject([
      { deduped: true, occurrences: 2, status: 'new' },
      { deduped: true, occurrences: 3, status: 'new' },
      null,
    ]);
    expect(await take({ status: 'resolved' })).toEqual([null]);
    expect(await take({}, { severity: 'P0' })).toEqual([null, null]);
    expect(await take({}, { startedAt: 1 })).toEqual([null, null]);
    expect(await take({ endsAt: clock.now() + minuteMs, dedupeTtlMs: null })).toEqual([null]);
    expect(await take({ title: 'held' })).toEqual([null]);
    await clock.advance(ttlMs + 1);
    expect(await take({})).toEqual([null]);
    expect(await take()).toEqual([]);
  });
});
