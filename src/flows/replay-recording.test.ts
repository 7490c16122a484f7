import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { completeReport } from '../../test/reports.ts';
import { describeEachStore } from '../../test/stores.ts';
import { ingest, requireAlert } from '../alerts/index.ts';
import type { AlertRow } from '../store/index.ts';
import { readRecording, toReports } from './replay-recording.ts';

const minuteMs = 60_000;
const start = createTestClock().now();

function timesOf(row: Partial<AlertRow>, isSuperseded = false): string[] {
  const whole = {
    first_seen_at: start,
    last_seen_at: start,
    occurrences: 1,
    ended_at: null,
    dedupe_ttl_ms: 30 * minuteMs,
    labels: null,
    ...row,
  } as AlertRow;
  return toReports(whole, isSuperseded).map(
    ({ at, report }) => `${report.status} ${(at - start) / minuteMs}`,
  );
}

describe('the reports of a recorded alert', () => {
  it.each<[string, Partial<AlertRow>, string[]]>([
    ['seen once', {}, ['firing 0']],
    ['that ended', { ended_at: start + 5 * minuteMs }, ['firing 0', 'resolved 5']],
    [
      'repeated often in a short time',
      { occurrences: 900, last_seen_at: start + 10 * minuteMs },
      ['firing 0', 'firing 10'],
    ],
    [
      'repeated for longer than its time to live',
      { occurrences: 900, last_seen_at: start + 60 * minuteMs },
      ['firing 0', 'firing 15', 'firing 30', 'firing 45', 'firing 60'],
    ],
    [
      'repeated seldom',
      { occurrences: 3, last_seen_at: start + 60 * minuteMs },
      ['firing 0', 'firing 30', 'firing 60'],
    ],
    [
      'without a time to live',
      { occurrences: 9, last_seen_at: start + 600 * minuteMs, dedupe_ttl_ms: null },
      ['firing 0', 'firing 600'],
    ],
  ])('of one %s', (_, row, times) => expect(timesOf(row)).toEqual(times));

  it('hold no end where another alert took its place', () => {
    expect(timesOf({ ended_at: start + 5 * minuteMs }, true)).toEqual(['firing 0']);
  });
});

describeEachStore('a recording', (open) => {
  it('holds the alerts since a time in the order of their reports, and none about Tocsin itself', async () => {
    const { ctx, clock } = await open();
    const policy = { dedupeMaxMs: 1440 * minuteMs };
    await ingest(ctx, [completeReport({ title: 'too old' })], policy);
    await clock.advance(minuteMs);
    const sinceMs = clock.now();
    const given = { title: 'one', labels: { component: 'api' } };
    const { answers } = await ingest(
      ctx,
      [completeReport(given), completeReport({ title: 'own', service: 'tocsin' })],
      policy,
    );
    await clock.advance(minuteMs);
    await ingest(
      ctx,
      [completeReport({ title: 'two' }), completeReport({ ...given, status: 'resolved' })],
      policy,
    );
    const { alerts, reports } = await readRecording(ctx, sinceMs);
    expect(alerts).toBe(2);
    expect(reports.map(({ at, report }) => [at - sinceMs, report.title, report.status])).toEqual([
      [0, 'one', 'firing'],
      [minuteMs, 'one', 'resolved'],
      [minuteMs, 'two', 'firing'],
    ]);
    // What comes again counts as the same problem.
    const again = await ingest(ctx, [reports[0]?.report ?? completeReport({})], policy);
    const ref = answers[0]?.alert_ref ?? '';
    expect(again.answers[0]?.dedupe_key).toBe((await requireAlert(ctx, ref)).dedupe_key);
  });
});
