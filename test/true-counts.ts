import { expect } from 'vitest';
import { type AlertCounts, countAlerts } from '../src/alerts/queries-count.ts';
import { firstRefAt } from '../src/alerts/queries-dashboard.ts';
import { severities } from '../src/core/severity.ts';
import type { AlertStatus } from '../src/store/index.ts';
import type { StoreHarness } from './stores.ts';

/** Counts all rows one by one. */
async function countPlainly({ ctx }: StoreHarness, sinceMs: number): Promise<AlertCounts> {
  const isSince = ctx.db.selectFrom('alert').where('alert_ref', '>=', firstRefAt(sinceMs));
  const rows = await isSince.selectAll().execute();
  const of = <Word extends string>(words: readonly Word[], wordOf: (row: (typeof rows)[number]) => Word) =>
    Object.fromEntries(words.map((word) => [word, rows.filter((row) => wordOf(row) === word).length]));
  const statuses: readonly AlertStatus[] = ['new', 'processing', 'acked', 'failed', 'dead'];
  return {
    total: rows.length,
    live: rows.filter((row) => row.ended_at === null).length,
    byStatus: of(statuses, (row) => row.status) as AlertCounts['byStatus'],
    bySeverity: of(severities, (row) => row.severity) as AlertCounts['bySeverity'],
  };
}

/** Expects of windows that end now the counts that a count of all rows has. */
export async function expectTrueCounts(harness: StoreHarness, windowsMs: readonly number[]): Promise<void> {
  for (const windowMs of windowsMs) {
    const sinceMs = harness.clock.now() - windowMs;
    expect(await countAlerts(harness.ctx, sinceMs)).toEqual(await countPlainly(harness, sinceMs));
  }
}
