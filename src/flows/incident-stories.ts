import { selectKindsOfIncidents } from '../alerts/index.ts';
import { type Counts, type Story, selectIncidentsBetween, selectSignaturesOf } from '../incidents/index.ts';
import type { Ctx, IncidentRow } from '../store/index.ts';

const dayMs = 86_400_000;
/** So many of the newest are compared; a month with more has other worries. */
const mostCompared = 2000;

/** An incident with what is compared of it. */
export type Told = { incident: IncidentRow; story: Story };

/** Reads the incidents that were made in a span of time, newest first, with their signatures and kinds. */
export async function readStories(ctx: Ctx, span: { fromMs: number; toMs: number }): Promise<Told[]> {
  return toStories(ctx, await selectIncidentsBetween(ctx, { ...span, limit: mostCompared }));
}

/** Answers the incidents with their signatures and kinds. */
export async function toStories(ctx: Ctx, incidents: readonly IncidentRow[]): Promise<Told[]> {
  const ids = incidents.map(({ incident_id: id }) => id);
  const [signatures, kinds] = await Promise.all([
    selectSignaturesOf(ctx, ids),
    selectKindsOfIncidents(ctx, ids),
  ]);
  const signaturesOf = Map.groupBy(signatures, ({ incident_id: id }) => id);
  const kindsOf = Map.groupBy(kinds, ({ incidentId }) => incidentId);
  return incidents.map((incident) => {
    const { incident_id: incidentId, service, signature, started_at: startedAt } = incident;
    const held = (signaturesOf.get(incidentId) ?? []).map((row) => row.signature);
    const story: Story = {
      incidentId,
      service,
      signatures: new Set([signature, ...held]),
      kinds: new Set((kindsOf.get(incidentId) ?? []).map(({ kind }) => kind)),
      startedAt,
    };
    return { incident, story };
  });
}

/** Counts what matches in the last 7 and 30 days before a time. */
export function countLately(
  told: readonly Told[],
  untilMs: number,
  matches: (story: Story) => boolean,
): Counts {
  const within = (days: number) =>
    told.filter(({ incident, story }) => untilMs - incident.created_at < days * dayMs && matches(story))
      .length;
  return { days7: within(7), days30: within(30) };
}
