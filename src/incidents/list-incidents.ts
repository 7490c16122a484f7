import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { severities } from '../core/severity.ts';
import { isoTime, listOf, text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { selectIncidents, selectOpenIncidents } from './queries-incident.ts';
import { incidentStatuses, incidentView, toIncidentView } from './view.ts';

/** Incidents, newest first. */
export const listIncidents = defineAction({
  name: 'incidents.list',
  summary: 'List incidents, newest first',
  input: z.strictObject({
    status: listOf(z.enum(incidentStatuses)).optional(),
    severity: listOf(z.enum(severities)).optional(),
    service: text(200).optional(),
    env: text(100).optional(),
    from: isoTime.optional(),
    to: isoTime.optional(),
    ...pageInput,
  }),
  output: pageOf(incidentView),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents' },
  cli: { command: 'incidents list' },
  async run(ctx: Ctx, { status, severity, service, env, from, to, cursor, limit }) {
    const filters = { statusIn: status, severityIn: severity, service, env, fromMs: from, toMs: to };
    const page = { beforeId: readCursor(cursor), limit: limit + 1 };
    return toPage(await selectIncidents(ctx, filters, page), limit, (row) => row.incident_id, toIncidentView);
  },
});

/** Open and mitigating incidents, newest first. */
export const listOpenIncidents = defineAction({
  name: 'incidents.open',
  summary: 'List incidents that are open or being mitigated',
  input: z.strictObject({ service: text(200).optional(), ...pageInput }),
  output: pageOf(incidentView),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/open' },
  cli: { command: 'incidents open' },
  async run(ctx: Ctx, { service, cursor, limit }) {
    const page = { beforeId: readCursor(cursor), limit: limit + 1 };
    return toPage(
      await selectOpenIncidents(ctx, service, page),
      limit,
      (row) => row.incident_id,
      toIncidentView,
    );
  },
});
