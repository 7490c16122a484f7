import { sql } from 'kysely';
import type { Worker } from '../supervised.ts';
import { ask } from './play.ts';

/** How often each thing was, by its name. */
type Counts = Record<string, number>;

/** What a night ends with, the same on every engine. */
export type Outcome = {
  reports: number;
  alerts: Counts;
  incidents: string[];
  triages: Counts;
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
  const alerts = await db.selectFrom('alert').select(['incident_id', 'occurrences', 'service']).execute();
  const incidents = await db.selectFrom('incident').selectAll().orderBy('number').execute();
  const rises = await db
    .selectFrom('notification')
    .innerJoin('incident', 'incident.incident_id', 'notification.incident_id')
    .select(['incident.number', 'notification.channel'])
    .where('event', '=', 'incident.escalated')
    .orderBy('notification_id')
    .execute();
  return {
    reports: alerts.reduce((sum, { occurrences }) => sum + occurrences, 0),
    alerts: await count(worker, `status || case when ended_at is null then ' live' else '' end`, 'alert'),
    incidents: incidents.map(({ number, service, severity, status, incident_id }) => {
      const own = alerts.filter((alert) => alert.incident_id === incident_id).length;
      return `INC-${number} ${severity} ${service} ${status}, alerts: ${own}`;
    }),
    triages: await count(worker, 'status', 'triage'),
    escalations: rises.map(({ number, channel }) => `INC-${number} to ${channel}`),
    messages: await count(worker, `channel || ' ' || event || ' ' || status`, 'notification'),
    silent: await explainSilence(worker),
  };
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
    const [, verdict = ''] = answer.split('\n');
    if (verdict === '' || verdict.includes('nothing was decided'))
      throw new Error(`nothing says why ${title} made no message: ${answer}`);
    silent[verdict] = (silent[verdict] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(silent).sort());
}
