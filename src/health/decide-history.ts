import type { CheckHistoryRow } from '../store/index.ts';
import type { CheckResult } from './types.ts';

export const dayMs = 86_400_000;

/** What results are counted by, the finest first: how long each bucket is, and how long it is kept. */
export const resolutions = [
  { name: 'minute', bucketMs: 60_000, keptMs: 2 * dayMs },
  { name: 'hour', bucketMs: 3_600_000, keptMs: 90 * dayMs },
  { name: 'day', bucketMs: dayMs, keptMs: 1825 * dayMs },
] as const;

export type Resolution = (typeof resolutions)[number];

/** As many buckets of a check are answered at most: all the days that are kept, and a part of one on each side. */
const mostBuckets = 1827;

/** Answers when the bucket begins that a time falls into. */
export function startOfBucket(atMs: number, { bucketMs }: Pick<Resolution, 'bucketMs'>): number {
  return Math.floor(atMs / bucketMs) * bucketMs;
}

/** Answers when the day of UTC begins that a time falls into. */
export function startOfDay(atMs: number): number {
  return startOfBucket(atMs, { bucketMs: dayMs });
}

/** Answers what results add to the history, each bucket once. */
export function countResults(results: readonly CheckResult[]): CheckHistoryRow[] {
  const rows = new Map<string, CheckHistoryRow>();
  for (const result of results)
    for (const resolution of resolutions) {
      const at = startOfBucket(result.at, resolution);
      const key = JSON.stringify([resolution.name, result.component, result.check, at]);
      const row = rows.get(key) ?? emptyRow(resolution, result, at);
      addResult(row, result);
      rows.set(key, row);
    }
  return [...rows.values()];
}

function emptyRow({ name }: Resolution, { component, check }: CheckResult, at: number): CheckHistoryRow {
  const counts = { ok_count: 0, degraded_count: 0, down_count: 0, unknown_count: 0 };
  const latency = { latency_sum_ms: 0, latency_max_ms: 0 };
  return { resolution: name, component, check_name: check, at, ...counts, ...latency };
}

/** How soon something refused, or how long it was waited for, says nothing of how fast it answers. */
function addResult(row: CheckHistoryRow, { status, latencyMs }: CheckResult): void {
  row[`${status}_count`]++;
  if (status !== 'ok' && status !== 'degraded') return;
  row.latency_sum_ms += latencyMs;
  row.latency_max_ms = Math.max(row.latency_max_ms, latencyMs);
}

/** Answers the finest resolution that still holds the beginning of a range and shows it in `mostBuckets`; null: the range is too long for any. */
export function chooseResolution(fromMs: number, toMs: number, nowMs: number): Resolution | null {
  const fits = (resolution: Resolution) =>
    (toMs - startOfBucket(fromMs, resolution)) / resolution.bucketMs <= mostBuckets;
  const isKept = ({ keptMs, name }: Resolution) => name === 'day' || fromMs >= nowMs - keptMs;
  return resolutions.find((resolution) => isKept(resolution) && fits(resolution)) ?? null;
}
