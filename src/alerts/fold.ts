import type { Ids } from '../core/ids.ts';
import { severityRank } from '../core/severity.ts';
import type { AlertDecisionRow, AlertEventRow, AlertRow, SignatureMinuteRow } from '../store/index.ts';
import { decideReport, endOf, isDistinctReport, type ReportDecision } from './decide.ts';
import type { KeyedReport } from './keyed-report.ts';
import { isLeft } from './left.ts';
import { buildAlert, toJson } from './new-alert.ts';
import { createMinuteRow } from './queries-minute.ts';
import { answerOf, type IngestAnswer } from './types.ts';

/** Everything that a group of reports writes, decided in memory before a row is touched. */
export type Fold = {
  inserts: AlertRow[];
  updates: AlertRow[];
  events: AlertEventRow[];
  decisions: AlertDecisionRow[];
  /** Distinct repeats of signatures; the first report of an alert is counted when it is worked on. */
  minutes: SignatureMinuteRow[];
  answers: IngestAnswer[];
  /** Whether the supervisor has something new to do. */
  hasWork: boolean;
};

type Folding = {
  fold: Fold;
  live: Map<string, AlertRow>;
  inserted: Set<AlertRow>;
  updated: Set<AlertRow>;
  decisionOf: Map<string, AlertDecisionRow>;
  minuteOf: Map<string, SignatureMinuteRow>;
  nowMs: number;
  ids: Ids;
};

/** Applies the reports in order to the live alerts of their keys; several of one key become one write. */
export function foldReports(
  reports: readonly KeyedReport[],
  liveRows: readonly AlertRow[],
  context: { nowMs: number; ids: Ids; dedupeMaxMs: number },
): Fold {
  const folding: Folding = {
    fold: { inserts: [], updates: [], events: [], decisions: [], minutes: [], answers: [], hasWork: false },
    live: new Map(liveRows.map((row) => [row.dedupe_key, row])),
    inserted: new Set(),
    updated: new Set(),
    decisionOf: new Map(),
    minuteOf: new Map(),
    nowMs: context.nowMs,
    ids: context.ids,
  };
  for (const keyed of reports) {
    const live = folding.live.get(keyed.dedupeKey) ?? null;
    const decision = decideReport(live, keyed.report, context.nowMs, context);
    folding.fold.answers.push(apply(folding, keyed, live, decision));
  }
  folding.fold.inserts = [...folding.inserted];
  folding.fold.updates = [...folding.updated].sort(byKey);
  folding.fold.decisions = [...folding.decisionOf.values()];
  folding.fold.minutes = [...folding.minuteOf.values()];
  folding.fold.hasWork = [...folding.inserted, ...folding.updated].some((row) => row.status === 'new');
  return folding.fold;
}

/** In the order of their keys, so that two writers never wait for each other crosswise. */
function byKey(a: AlertRow, b: AlertRow): number {
  return a.dedupe_key < b.dedupe_key ? -1 : 1;
}

function apply(
  folding: Folding,
  keyed: KeyedReport,
  live: AlertRow | null,
  decision: ReportDecision,
): IngestAnswer {
  switch (decision.action) {
    case 'ignore':
      return {
        accepted: true,
        deduped: false,
        alert_ref: null,
        dedupe_key: keyed.dedupeKey,
        occurrences: 0,
        status: null,
      };
    case 'create':
      return answerOf(create(folding, keyed, null, decision.reason), false);
    case 'supersede': {
      if (live) end(folding, live, keyed, 'superseded', endOf(live).status);
      return answerOf(create(folding, keyed, live, decision.reason), false);
    }
    case 'repeat': {
      const row = live as AlertRow;
      repeat(folding, row, keyed, decision);
      return answerOf(row, true);
    }
    case 'end': {
      const row = live as AlertRow;
      end(folding, row, keyed, decision.reason, decision.status);
      return answerOf(row, false);
    }
  }
}

/** A superseded alert hands its place in the incident to the new one. The first of its problem has no event: its row says all of it. */
function create(folding: Folding, keyed: KeyedReport, before: AlertRow | null, reason: string): AlertRow {
  const row = buildAlert(keyed, folding.ids.ulid(), folding.nowMs, before);
  folding.live.set(keyed.dedupeKey, row);
  folding.inserted.add(row);
  if (before)
    folding.fold.events.push(eventOf(folding, row, keyed, null, `${reason}_of_${before.alert_ref}`));
  return row;
}

function repeat(
  folding: Folding,
  row: AlertRow,
  keyed: KeyedReport,
  decision: ReportDecision & { action: 'repeat' },
): void {
  const { report } = keyed;
  const from = row.status;
  if (isDistinctReport(row, report)) countMinute(folding, row);
  row.occurrences += 1;
  row.last_seen_at = folding.nowMs;
  row.updated_at = folding.nowMs;
  row.message = report.message ?? row.message;
  row.metrics = toJson(report.metrics) ?? row.metrics;
  row.annotations = toJson(report.annotations) ?? row.annotations;
  row.evidence = report.evidence ? JSON.stringify(report.evidence) : row.evidence;
  row.ends_at = report.endsAt;
  row.dedupe_ttl_ms = report.dedupeTtlMs;
  row.severity = decision.severity;
  row.severity_rank = severityRank(decision.severity);
  row.status = decision.status;
  if (decision.rose) row.rose_since_claim = 1;
  // What was settled at a lower severity is decided about anew.
  if (decision.reason === 'severity_raised' && isLeft(row)) row.retry_at = null;
  // What comes round anew has all its attempts.
  if (from !== row.status) row.attempts = 0;
  touch(folding, row);
  if (decision.reason === 'severity_raised')
    folding.fold.events.push(eventOf(folding, row, keyed, from, decision.reason));
  countDecision(folding, row, decision.reason);
}

function end(
  folding: Folding,
  row: AlertRow,
  keyed: KeyedReport,
  reason: string,
  status: AlertRow['status'],
): void {
  const from = row.status;
  row.ended_at = folding.nowMs;
  row.updated_at = folding.nowMs;
  row.status = status;
  row.retry_at = null;
  if (reason === 'superseded') row.announced = 2;
  folding.live.delete(row.dedupe_key);
  touch(folding, row);
  // What ends an alert may say why; what takes its place speaks of itself.
  const note = keyed.report.status === 'resolved' ? keyed.report.message : null;
  folding.fold.events.push({ ...eventOf(folding, row, keyed, from, reason), note });
}

function touch(folding: Folding, row: AlertRow): void {
  if (!folding.inserted.has(row)) folding.updated.add(row);
}

function countMinute(folding: Folding, row: AlertRow): void {
  const known = folding.minuteOf.get(row.dedupe_key);
  if (known) known.occurrences += 1;
  else folding.minuteOf.set(row.dedupe_key, createMinuteRow(row, 1, folding.nowMs));
}

function countDecision(folding: Folding, row: AlertRow, reason: string): void {
  const key = `${row.alert_ref} ${reason}`;
  const known = folding.decisionOf.get(key);
  if (known) known.occurrences += 1;
  else {
    folding.decisionOf.set(key, {
      alert_ref: row.alert_ref,
      reason,
      rule: null,
      occurrences: 1,
      first_at: folding.nowMs,
      last_at: folding.nowMs,
    });
  }
}

function eventOf(
  folding: Folding,
  row: AlertRow,
  keyed: KeyedReport,
  from: AlertRow['status'] | null,
  reason: string,
): AlertEventRow {
  return {
    alert_ref: row.alert_ref,
    event_id: folding.ids.ulid(),
    at: folding.nowMs,
    actor: keyed.report.source,
    from_status: from,
    to_status: row.status,
    reason,
    note: null,
    request_id: keyed.requestId,
  };
}
