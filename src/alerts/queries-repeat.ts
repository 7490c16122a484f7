import {
  type AlertRow,
  type AlertSourceRow,
  type ChangeByRows,
  type Ctx,
  type Dialect,
  runStatements,
} from '../store/index.ts';
import { countDecisionOfEach } from './decisions.ts';
import type { PlainRepeat } from './fold-repeats.ts';
import { keepNewest } from './queries-ingest.ts';
import { addToMinuteOfEach } from './queries-minute.ts';

/** What is answered of an alert that was repeated: as it is now, and how many reports that took. */
export type RepeatedAlert = Pick<
  AlertRow,
  'alert_ref' | 'dedupe_key' | 'signature' | 'env' | 'status' | 'occurrences'
> & { reports: number };

type Repeating = {
  nowMs: number;
  /** Who was first seen before that is not the same problem any more. */
  sinceMs: number;
  sources: readonly AlertSourceRow[];
};

/**
 * Counts repeats into live alerts, with all that they leave; what else a report may do to an alert keeps it from being
 * answered here: an age that ends it, or a severity that rises. As `foldReports`, in one round trip. Index: alert_live.
 */
export async function repeatAlerts(
  ctx: Ctx,
  repeats: readonly PlainRepeat[],
  { nowMs, sinceMs, sources }: Repeating,
): Promise<RepeatedAlert[]> {
  const [rows] = await runStatements(ctx, [
    ctx.dialect.changeByRows(
      describeRepeat(ctx.dialect, nowMs),
      repeats.map((repeat) => ({ ...repeat, now_ms: nowMs, since_ms: sinceMs })),
    ),
    ...ctx.dialect.insertRows('alert_source', sources, { onConflict: keepNewest }),
  ]);
  return rows as RepeatedAlert[];
}

const given = {
  key: 'text',
  reports: 'bigint',
  top_rank: 'bigint',
  ttl_ms: 'bigint',
  message: 'text',
  metrics: 'text',
  annotations: 'text',
  evidence: 'text',
  now_ms: 'bigint',
  since_ms: 'bigint',
} as const satisfies Record<keyof PlainRepeat | 'now_ms' | 'since_ms', 'text' | 'bigint'>;

/** The conditions are those of `decideReport` for a repeat that raises nothing. */
function describeRepeat({ indexedHash }: Dialect, nowMs: number): ChangeByRows<RepeatedAlert> {
  return {
    table: 'alert',
    given,
    where: `ended_at is null and ${indexedHash('dedupe_key')} = ${indexedHash(':key')}
      and :now_ms - last_seen_at <= dedupe_ttl_ms and first_seen_at >= :since_ms and severity_rank <= :top_rank`,
    set: {
      occurrences: 'occurrences + :reports',
      last_seen_at: ':now_ms',
      updated_at: ':now_ms',
      message: 'coalesce(:message, alert.message)',
      metrics: 'coalesce(:metrics, alert.metrics)',
      annotations: 'coalesce(:annotations, alert.annotations)',
      evidence: 'coalesce(:evidence, alert.evidence)',
      ends_at: 'null',
      dedupe_ttl_ms: ':ttl_ms',
    },
    returning: {
      alert_ref: 'alert_ref',
      dedupe_key: 'dedupe_key',
      signature: 'signature',
      env: 'env',
      status: 'status',
      occurrences: 'occurrences',
      reports: ':reports',
    },
    inserts: [countDecisionOfEach('deduped_within_ttl', nowMs), addToMinuteOfEach(nowMs)],
  };
}
