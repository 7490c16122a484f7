import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Choose } from './copy-rows.ts';
import type { DataTable } from './tables.ts';

const dayMs = 86_400_000;
/** What happened in this time may still be joined, reopened, repeated or asked for. */
const recentMs = 7 * dayMs;

/**
 * Answers which rows another host needs so that it goes on as this one would have: what lives, what was told of it, what
 * time still acts on, and what keeps the same from being told, run or taken twice.
 */
export function chooseLive(nowMs: number, importedAtMs: number | null): Choose {
  const chosen = liveRows(nowMs, importedAtMs);
  return (table) => chosen[table];
}

/**
 * Answers which rows of a host that takes its work back the file stands for: runs that are over stay, with their metrics,
 * and what uptime is told from.
 */
export function chooseReplaced(nowMs: number): Choose {
  const chosen = {
    ...liveRows(nowMs, null),
    run: waitingRuns,
    component_change: none,
    component_maintenance: none,
  };
  return (table) => chosen[table];
}

type Condition = RawBuilder<SqlBool>;

const all = null;
const none = sql<SqlBool>`1 = 0`;

const wholeTables = {
  alert_source: all,
  service_lock: all,
  check_state: all,
  component_status: all,
  // Without the steps of a day uptime would say that the day was like the next one.
  component_change: all,
  component_maintenance: all,
  profile_digest: all,
  monitor_state: all,
  channel_memory: all,
} as const;

const leftTables = {
  // Counted and noted anew from the alerts that come along.
  alert_block: none,
  alert_hour: none,
  alert_note: none,
  inhibitor: none,
  // Numbers of checks and of runs that are over: history.
  check_history: none,
  run_metric: none,
  run_metric_batch: none,
  // Who holds what on the old host holds nothing on the new one.
  profile_lock: none,
  lease: none,
  fence: none,
} as const;

function liveRows(nowMs: number, importedAtMs: number | null): Readonly<Record<DataTable, Condition | null>> {
  const recentAt = nowMs - recentMs;
  const incidents = sql`select incident_id from incident where status in ('open', 'mitigating') 
    or coalesce(resolved_at, closed_at) >= ${recentAt}
    or ${endedHere('created_at', 'coalesce(resolved_at, closed_at)', importedAtMs)}`;
  const alerts = sql`select alert_ref from alert where ended_at is null or status <> 'acked'
    or (announced = 1 and incident_id is null) or incident_id in (${incidents})
    or ${endedHere('created_at', 'ended_at', importedAtMs)}`;
  return {
    ...wholeTables,
    ...leftTables,
    ...rowsOfAlerts(alerts),
    ...rowsOfIncidents(incidents),
    counter: sql<SqlBool>`name = 'incident'`,
    silence: sql<SqlBool>`ends_at > ${nowMs}`,
    signature_state: sql<SqlBool>`last_alert_at >= ${recentAt}`,
    signature_minute: sql<SqlBool>`minute_at >= ${recentAt}`,
    deployment: sql<SqlBool>`at >= ${recentAt}`,
    run: liveRuns(alerts),
    notification: sql<SqlBool>`status in ('pending', 'sending') or created_at >= ${recentAt}
      or thread in (${incidents}) or thread in (${alerts})`,
    webhook_receipt: sql<SqlBool>`received_at >= ${recentAt}`,
    token: sql<SqlBool>`revoked_at is null and (expires_at is null or expires_at > ${nowMs})`,
  };
}

function rowsOfAlerts(alerts: RawBuilder<unknown>) {
  const ofAlert = sql<SqlBool>`alert_ref in (${alerts})`;
  return { alert: ofAlert, alert_event: ofAlert, alert_decision: ofAlert };
}

function rowsOfIncidents(incidents: RawBuilder<unknown>) {
  const ofIncident = sql<SqlBool>`incident_id in (${incidents})`;
  return {
    incident: ofIncident,
    incident_signature: ofIncident,
    incident_event: ofIncident,
    incident_decision: ofIncident,
    incident_artifact: ofIncident,
    incident_followup: ofIncident,
    incident_update: ofIncident,
    incident_link: sql<SqlBool>`incident_id in (${incidents}) and other_id in (${incidents})`,
    triage: ofIncident,
    triage_summary: ofIncident,
  };
}

/** What was brought along by the import and has ended since: the host that it came from still has it as live. */
function endedHere(began: string, ended: string, importedAtMs: number | null): Condition {
  if (importedAtMs === null) return sql<SqlBool>`1 = 0`;
  // The clocks of two hosts may differ.
  return sql<SqlBool>`(${sql.raw(ended)} >= ${importedAtMs}
    and ${sql.raw(began)} < ${importedAtMs + dayMs})`;
}

const waitingRuns = sql<SqlBool>`parent_run_id is null and status in ('queued', 'running')`;

/** What waits, of each profile the last run of each kind of end and of the last tick, and what an alert must not set off again. */
const liveRuns = (
  alerts: RawBuilder<unknown>,
) => sql<SqlBool>`parent_run_id is null and (status in ('queued', 'running')
  or trigger_key in (${alerts})
  or run_id in (select max(run_id) from run where parent_run_id is null group by profile, status)
  or (profile, scheduled_for) in (select profile, max(scheduled_for) from run
    where parent_run_id is null and scheduled_for is not null group by profile))`;

/** Something that must not be there twice: what it is called, and how it is counted. */
export const livingThings: Readonly<Record<string, RawBuilder<{ rows: number }>>> = {
  'live alerts': sql`select count(*) as rows from alert where ended_at is null`,
  'open incidents': sql`select count(*) as rows from incident where status in ('open', 'mitigating')`,
  'messages to send': sql`select count(*) as rows from notification where status in ('pending', 'sending')`,
};

/** What somebody is at, and what that is called, until its lease ends. */
export function heldThings(nowMs: number): Readonly<Record<string, RawBuilder<{ rows: number }>>> {
  return {
    'messages being sent': sql`select count(*) as rows from notification where status = 'sending' and locked_until > ${nowMs}`,
    'runs going on': sql`select count(*) as rows from run where status = 'running' and locked_until > ${nowMs}`,
    'processes at work': sql`select count(*) as rows from lease where until_at > ${nowMs}`,
  };
}
