import { type AlertRow, type AlertSourceRow, type Ctx, defineStatement, writeLater } from '../store/index.ts';
import { countDecisions } from './decisions.ts';
import type { Fold } from './fold.ts';
import { addToMinutes } from './queries-minute.ts';

/** Answers the live alerts of the keys, held until the commit, in the order of their keys. Index: alert_live. */
export async function lockLiveAlerts(ctx: Ctx, dedupeKeys: readonly string[]): Promise<AlertRow[]> {
  const { rows } = await ctx.db.executeQuery(lockLive(ctx, null, { dedupeKeys }));
  return rows;
}

const lockLive = defineStatement<{ dedupeKeys: readonly string[] }, null, AlertRow>(
  ({ db, dialect, value }) =>
    db
      .selectFrom('alert')
      .selectAll()
      .where('ended_at', 'is', null)
      .where(dialect.isOneOfHashes('dedupe_key', value('dedupeKeys')))
      .orderBy('dedupe_key')
      .modifyEnd(dialect.forUpdate),
);

export const keepNewest = `on conflict (source) do update set last_seen_at = excluded.last_seen_at
  where alert_source.last_seen_at < excluded.last_seen_at`;

/** What a new alert leaves to null is not sent: each value costs on its way to the database. */
const newAlertColumns = {
  alert_ref: 'text',
  dedupe_key: 'text',
  fingerprint: 'text',
  signature: 'text',
  service: 'text',
  env: 'text',
  kind: 'text',
  severity: 'text',
  severity_rank: 'bigint',
  title: 'text',
  message: 'text',
  source: 'text',
  status: 'text',
  occurrences: 'bigint',
  first_seen_at: 'bigint',
  last_seen_at: 'bigint',
  started_at: 'bigint',
  ends_at: 'bigint',
  ended_at: 'bigint',
  dedupe_ttl_ms: 'bigint',
  labels: 'text',
  annotations: 'text',
  metrics: 'text',
  evidence: 'text',
  component: 'text',
  attempts: 'bigint',
  rose_since_claim: 'bigint',
  announced: 'bigint',
  incident_id: 'text',
  request_id: 'text',
  created_at: 'bigint',
  updated_at: 'bigint',
} as const satisfies Partial<Record<keyof AlertRow, 'text' | 'bigint'>>;

/** What all alerts are alike in that nobody knew before: none of it has to travel with each. */
const alikeWhenFresh = {
  status: `'new'`,
  occurrences: '1',
  attempts: '0',
  rose_since_claim: '0',
  announced: '0',
  last_seen_at: 'first_seen_at',
  created_at: 'first_seen_at',
  updated_at: 'first_seen_at',
} as const satisfies Partial<Record<keyof AlertRow, string>>;

const nullWhenFresh = ['ended_at', 'incident_id'];

const freshAlertColumns = Object.fromEntries(
  Object.entries(newAlertColumns).filter(
    ([column]) => !(column in alikeWhenFresh) && !nullWhenFresh.includes(column),
  ),
);

/**
 * Writes a fold: ends and repeats first, so that a key is free before its next alert comes. It goes along with the commit,
 * as nobody waits for its answer. Index: the primary keys.
 */
export async function writeFold(ctx: Ctx, fold: Fold, sources: readonly AlertSourceRow[]): Promise<void> {
  const { insertRows, updateRows } = ctx.dialect;
  await writeLater(ctx, [
    ...updateRows('alert', 'alert_ref', fold.updates.map(changedColumns)),
    ...insertRows('alert', fold.inserts, { columns: newAlertColumns, lockOrder: 'dedupe_key' }),
    ...insertRows('alert_event', fold.events),
    ...insertRows('alert_decision', fold.decisions, { onConflict: countDecisions }),
    ...insertRows('alert_source', sources, { onConflict: keepNewest }),
    ...addToMinutes(ctx, fold.minutes),
  ]);
}

/**
 * Inserts alerts whose keys probably nobody holds, and when their sources were heard; answers the references of those that
 * found their key free, and whether the sources were written. Index: alert_live, alert_source_key.
 */
export async function insertFreshAlerts(
  ctx: Ctx,
  alerts: readonly AlertRow[],
  sources: readonly AlertSourceRow[],
): Promise<{ inserted: ReadonlySet<string>; hasHeard: boolean }> {
  const { insertFresh, insertRows, indexedHash } = ctx.dialect;
  const options = {
    columns: freshAlertColumns,
    alike: alikeWhenFresh,
    lockOrder: 'dedupe_key',
    onConflict: `on conflict (${indexedHash('dedupe_key')}) where ended_at is null do nothing`,
    returning: 'alert_ref',
  };
  const heard = insertRows('alert_source', sources, { onConflict: keepNewest });
  const { written, besideToo } = await insertFresh(ctx.db, 'alert', alerts, options, heard);
  return { inserted: new Set(written), hasHeard: besideToo };
}

/** What a report may change of an alert that is there. */
function changedColumns(row: AlertRow) {
  return {
    alert_ref: row.alert_ref,
    occurrences: row.occurrences,
    last_seen_at: row.last_seen_at,
    message: row.message,
    metrics: row.metrics,
    annotations: row.annotations,
    evidence: row.evidence,
    ends_at: row.ends_at,
    ended_at: row.ended_at,
    dedupe_ttl_ms: row.dedupe_ttl_ms,
    severity: row.severity,
    severity_rank: row.severity_rank,
    status: row.status,
    attempts: row.attempts,
    retry_at: row.retry_at,
    rose_since_claim: row.rose_since_claim,
    announced: row.announced,
    updated_at: row.updated_at,
  };
}
