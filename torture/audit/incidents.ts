import type { Probe } from '../../bench/harness/probe.ts';
import { type Check, checkEach, clockToleranceMs, findOverlap } from './check.ts';

type HeldRow = {
  signature: string;
  env: string;
  incident_id: string;
  created_at: number;
  ended_at: number | null;
};
type IncidentRow = { incident_id: string; status: string; number: number };
type TriageRow = { signature: string; env: string; status: string; created_at: number };
type JoinedRow = { alert_ref: string; incident_id: string | null; event_id: string | null };

// As the built-in policy has it.
const triageCooldownMs = 15 * 60_000;

/** Checks that one failure was one incident at a time, with one triage, and that all of them are over. */
export async function auditIncidents(probe: Probe): Promise<Check[]> {
  const held = await probe.rows<HeldRow>('select * from incident_signature');
  const incidents = await probe.rows<IncidentRow>('select incident_id, status, number from incident');
  const triages = await probe.rows<TriageRow>('select signature, env, status, created_at from triage');
  const joined = await probe.rows<JoinedRow>(`
    select a.alert_ref, a.incident_id, e.event_id from alert a
    left join incident_event e on e.incident_id = a.incident_id and e.event_id = a.alert_ref
    where a.incident_id is not null`);
  const nameOf = ({ signature, env }: { signature: string; env: string }) =>
    `${signature.slice(0, 12)} in ${env}`;
  return [
    checkEach('incidents of one signature at once', Map.groupBy(held, nameOf), ([name, same]) => {
      const spans = same.map((row) => ({
        id: row.incident_id,
        fromMs: row.created_at,
        untilMs: row.ended_at,
      }));
      const overlap = findOverlap(spans);
      return overlap && `${name}: ${overlap}`;
    }),
    checkEach('incidents without an end', incidents, ({ incident_id, status }) =>
      status === 'resolved' || status === 'closed' ? null : `${incident_id} is ${status}`,
    ),
    checkEach(
      'incident numbers given twice',
      Map.groupBy(incidents, ({ number }) => number),
      ([number, same]) => (same.length === 1 ? null : `INC-${number} is ${same.length} incidents`),
    ),
    checkEach('alerts joined without a line in the timeline', joined, ({ alert_ref, event_id }) =>
      event_id === null ? alert_ref : null,
    ),
    checkEach('triages that are stuck', triages, (triage) =>
      triage.status === 'done' ? null : `${nameOf(triage)}: ${triage.status}`,
    ),
    checkEach('triages run twice', Map.groupBy(triages, nameOf), ([name, same]) => {
      const times = same.map(({ created_at }) => created_at).toSorted((a, b) => a - b);
      const tooSoon = times.find(
        (at, i) => i > 0 && at - (times[i - 1] ?? 0) < triageCooldownMs - clockToleranceMs,
      );
      return tooSoon === undefined ? null : `${name}: ${same.length} triages within the cooldown`;
    }),
  ];
}
