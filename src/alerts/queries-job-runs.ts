import { type SqlBool, sql } from 'kysely';
import type { AlertRow, Ctx } from '../store/index.ts';

/**
 * Answers the runs that alerts of jobs name as where they were last seen: live alerts, and those of incidents that are not
 * over. Index: alert_live, all of it; incident_unfinished and alert_incident.
 */
export async function listOpenJobRuns(ctx: Ctx): Promise<string[]> {
  const ofJobs = () => ctx.db.selectFrom('alert').select('annotations').where('source', 'like', 'job:%');
  const live = await ofJobs().where('ended_at', 'is', null).execute();
  const ofIncidents = await ofJobs()
    .innerJoin('incident', 'incident.incident_id', 'alert.incident_id')
    .where(sql<SqlBool>`incident.status in ('open', 'mitigating')`)
    .execute();
  return [...live, ...ofIncidents].flatMap(({ annotations }) => readRunId(annotations) ?? []);
}

/** Answers the live alerts of all jobs that last until these say that they are over. Index: alert_unbounded, all of it. */
export function listUnboundedJobs(ctx: Ctx): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where('source', 'like', 'job:%')
    .where('ended_at', 'is', null)
    .where('ends_at', 'is', null)
    .where('dedupe_ttl_ms', 'is', null)
    .orderBy('alert_ref')
    .execute();
}

function readRunId(annotations: string | null): string | undefined {
  if (annotations === null) return undefined;
  return (JSON.parse(annotations) as { run_id?: string }).run_id;
}
