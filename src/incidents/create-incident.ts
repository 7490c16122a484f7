import type { Severity } from '../core/severity.ts';
import { type Ctx, type IncidentRow, writeLater } from '../store/index.ts';
import { newIncidentRow } from './new-incident.ts';
import { appendEvents } from './queries-event.ts';
import { insertIncidents, takeNumbers } from './queries-incident.ts';
import { holdServices } from './queries-view.ts';

export type NewIncident = {
  title: string;
  service: string;
  env: string;
  severity: Severity;
  summary: string | null;
  components: readonly string[];
};

/** Opens an incident that no alert has caused; alerts of its service may join it. In the open transaction. */
export async function createIncident(ctx: Ctx, wanted: NewIncident): Promise<IncidentRow> {
  const nowMs = ctx.clock.now();
  const ulid = ctx.ids.ulid();
  await writeLater(ctx, holdServices(ctx, [wanted]));
  const [number = 0] = await takeNumbers(ctx, 1);
  const row = newIncidentRow(nowMs, {
    ...wanted,
    number,
    incident_id: `inc_${ulid}`,
    severity_cap: null,
    signature: `manual:${ulid}`,
    components: JSON.stringify(wanted.components),
    started_at: nowMs,
  });
  const message = `opened by hand as ${wanted.severity}: ${wanted.title}`;
  const opened = {
    incidentId: row.incident_id,
    type: 'status_change',
    message,
    meta: { to: 'open' },
  } as const;
  await writeLater(ctx, [...insertIncidents(ctx, [row]), ...appendEvents(ctx, [opened])]);
  return row;
}
