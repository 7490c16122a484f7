import { sql } from 'kysely';
import type { TriageReport } from '../../src/incidents/triage/report.ts';
import type { Worker } from '../supervised.ts';
import { ask } from './play.ts';

/** How often each thing was, by its name. */
type Counts = Record<string, number>;

/** What a night ends with, the same on every engine. */
export type Outcome = {
  services: number;
  reports: number;
  alerts: Counts;
  /** What was raised about senders that fell silent. */
  heartbeats: string[];
  /** Alerts that a worker had when it died, by service: another has done the work. */
  takenOver: string[];
  incidents: string[];
  triages: Counts;
  /** Incidents whose triage names a deployment of their own service. */
  suspects: string[];
  escalations: string[];
  messages: Counts;
  /** Of the alerts that made no message of their own: what `tocsin why` says decided so. */
  silent: Counts;
};

type Counted = { name: string; total: number };

async function count({ ctx }: Worker, name: string, from: string): Promise<Counts> {
  const rows = await sql
    .raw<Counted>(`select ${name} as name, count(*) as total from ${from} group by 1 order by 1`)
    .execute(ctx.db);
  return Object.fromEntries(rows.rows.map((row) => [row.name, row.total]));
}

/** Reads what the night ended with. */
export async function readOutcome(worker: Worker): Promise<Outcome> {
  const { db } = worker.ctx;
  const alerts = await db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
  const incidents = await db.selectFrom('incident').selectAll().orderBy('number').execute();
  const rises = await db
    .selectFrom('notification')
    .innerJoin('incident', 'incident.incident_id', 'notification.incident_id')
    .select(['incident.number', 'notification.channel'])
    .where('event', '=', 'incident.escalated')
    .orderBy('notification_id')
    .execute();
  const heartbeats = alerts.filter(({ kind }) => kind === 'heartbeat');
  return {
    services: new Set(alerts.filter(({ kind }) => kind !== 'heartbeat').map(({ service }) => service)).size,
    reports: alerts.reduce((sum, { occurrences }) => sum + occurrences, 0),
    alerts: await count(worker, `status || case when ended_at is null then ' live' else '' end`, 'alert'),
    heartbeats: heartbeats.map(({ title, ended_at }) => `${title}${ended_at === null ? '' : ', over'}`),
    takenOver: alerts.filter(({ attempts }) => attempts > 0).map(({ service }) => service),
    incidents: incidents.map(({ number, service, severity, status, incident_id }) => {
      const own = alerts.filter((alert) => alert.incident_id === incident_id).length;
      return `INC-${number} ${severity} ${service} ${status}, alerts: ${own}`;
    }),
    triages: await count(worker, 'status', 'triage'),
    suspects: await readSuspects(worker),
    escalations: rises.map(({ number, channel }) => `INC-${number} to ${channel}`),
    messages: await count(worker, `channel || ' ' || event || ' ' || status`, 'notification'),
    silent: await explainSilence(worker),
  };
}

/** Reads of which incidents the triage says that their own service was changed shortly before. */
async function readSuspects({ ctx }: Worker): Promise<string[]> {
  const reports = await ctx.db
    .selectFrom('incident_artifact')
    .innerJoin('incident', 'incident.incident_id', 'incident_artifact.incident_id')
    .select(['incident.number', 'content'])
    .where('incident_artifact.name', '=', 'triage_report.json')
    .orderBy('artifact_id')
    .execute();
  return reports.flatMap(({ number, content }) => {
    const { alert, changes, next_safe_action_reason: next } = JSON.parse(content) as TriageReport;
    return changes
      .filter(({ service }) => service === alert.service)
      .map(({ service, version }) => `INC-${number}: ${service} ${version}, next: ${next}`);
  });
}

type Why = { answer: string };

/** Asks of each alert that made no message why, and counts the answers; throws where there is none. */
async function explainSilence(worker: Worker): Promise<Counts> {
  const rows = await worker.ctx.db
    .selectFrom('alert')
    .select(['alert_ref', 'title'])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('notification')
            .select('notification_id')
            .whereRef('notification.alert_ref', '=', 'alert.alert_ref'),
        ),
      ),
    )
    .orderBy('alert_ref')
    .execute();
  const silent: Counts = {};
  for (const { alert_ref, title } of rows) {
    const { answer } = (await ask(worker, 'alerts.why', { alert_ref })) as Why;
    const verdict = (answer.split('\n')[1] ?? '').replaceAll(/ at [-\d]+ [:\d]+ UTC/g, '');
    if (verdict === '' || verdict.includes('nothing was decided'))
      throw new Error(`nothing says why ${title} made no message: ${answer}`);
    silent[verdict] = (silent[verdict] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(silent).sort());
}
