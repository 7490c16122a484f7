import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import {
  decideLevel,
  decideRelation,
  incidentName,
  incidentView,
  recommend,
  requireIncident,
  toIncidentView,
  worse,
} from '../incidents/index.ts';
import type { FlowCtx } from './context.ts';
import { countLately, readStories, toStories } from './incident-stories.ts';

const monthMs = 30 * 86_400_000;

/** What happened before and beside an incident that looks like it. */
export const correlateIncident = defineAction({
  name: 'incidents.correlate',
  summary: 'List incidents that are related to one, the closest first',
  input: z.strictObject({ id: incidentName }),
  output: z.object({
    id: z.string(),
    number: z.string(),
    data: z.array(incidentView.extend({ score: z.number(), reason: z.string() })),
  }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/:id/correlate' },
  cli: { command: 'incidents correlate', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    const policy = ctx.config.intelligence.correlation;
    const { told, others } = await readAround(ctx, id, policy.windowMs);
    const data = others
      .flatMap((other) => {
        const relation = decideRelation(told.story, other.story, policy);
        return relation ? [{ ...toIncidentView(other.incident), ...relation }] : [];
      })
      .sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1))
      .slice(0, policy.top);
    const { id: incidentId, number } = toIncidentView(told.incident);
    return { id: incidentId, number, data };
  },
});

const counted = z.object({
  days_7: z.number(),
  days_30: z.number(),
  level: z.enum(['none', 'warn', 'high']),
});

/** How often an incident's failure came lately. */
export const showRecurrence = defineAction({
  name: 'incidents.recurrence',
  summary: 'Show how often the failure of an incident came in 7 and 30 days, and what to do about it',
  input: z.strictObject({ id: incidentName }),
  output: z.object({
    id: z.string(),
    number: z.string(),
    level: z.enum(['none', 'warn', 'high']),
    signature: counted,
    kind: counted,
    kinds: z.array(z.string()),
    recommendation: z.string(),
  }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/:id/recurrence' },
  cli: { command: 'incidents recurrence', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    const { recurrence } = ctx.config.intelligence;
    const { told, others } = await readAround(ctx, id, monthMs);
    const { signatures, kinds } = told.story;
    const nowMs = ctx.clock.now();
    const all = [told, ...others];
    const bySignature = countLately(all, nowMs, (story) => !signatures.isDisjointFrom(story.signatures));
    const byKind = countLately(all, nowMs, (story) => !kinds.isDisjointFrom(story.kinds));
    const signature = decideLevel(bySignature, recurrence.signature);
    const kind = decideLevel(byKind, recurrence.kind);
    const { id: incidentId, number } = toIncidentView(told.incident);
    return {
      id: incidentId,
      number,
      level: worse(signature, kind),
      signature: { days_7: bySignature.days7, days_30: bySignature.days30, level: signature },
      kind: { days_7: byKind.days7, days_30: byKind.days30, level: kind },
      kinds: [...kinds],
      recommendation: recommend(signature, kind),
    };
  },
});

/** The incident, and the others of the time before now. */
async function readAround(ctx: FlowCtx, name: string, windowMs: number) {
  const incident = await requireIncident(ctx, name);
  const nowMs = ctx.clock.now();
  const [[told], all] = await Promise.all([
    toStories(ctx, [incident]),
    readStories(ctx, { fromMs: nowMs - windowMs, toMs: nowMs + 1 }),
  ]);
  if (!told) throw new Error('an incident has one story');
  return { told, others: all.filter(({ story }) => story.incidentId !== incident.incident_id) };
}
