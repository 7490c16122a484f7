import type { Probe } from '../../bench/harness/probe.ts';
import { type Ledger, nameProblem } from '../ledger.ts';
import { type Check, checkEach, findOverlap } from './check.ts';

type AlertRow = {
  alert_ref: string;
  dedupe_key: string;
  service: string;
  env: string;
  kind: string;
  fingerprint: string;
  status: string;
  occurrences: number;
  created_at: number;
  ended_at: number | null;
  incident_id: string | null;
  announced: number;
};

const columns = `alert_ref, dedupe_key, service, env, kind, fingerprint, status, occurrences, created_at, ended_at,
  incident_id, announced`;

/** Checks that every promise about alerts was kept, and nothing is there that nobody reported. */
export async function auditAlerts(probe: Probe, ledger: Ledger): Promise<Check[]> {
  const rows = await probe.rows<AlertRow>(`select ${columns} from alert where service <> 'tocsin'`);
  const byRef = new Map(rows.map((row) => [row.alert_ref, row]));
  const byProblem = Map.groupBy(rows, (row) => nameProblem(row.service, row.env, row.kind, row.fingerprint));
  const countOf = (name: string) =>
    (byProblem.get(name) ?? []).reduce((sum, { occurrences }) => sum + occurrences, 0);
  return [
    checkEach('acknowledged alerts that are lost', ledger.promises, ([ref, promise]) => {
      const row = byRef.get(ref);
      if (!row) return `${ref} was acknowledged and is not there`;
      if (row.occurrences < promise.occurrences)
        return `${ref} had ${promise.occurrences} occurrences and has ${row.occurrences}`;
      return promise.isEnded && row.ended_at === null
        ? `the end of ${ref} was acknowledged and is lost`
        : null;
    }),
    checkEach('acknowledged reports that are lost', ledger.accounts, ([name, { acknowledged }]) => {
      const counted = countOf(name);
      return counted < acknowledged ? `${name}: ${acknowledged} acknowledged, ${counted} counted` : null;
    }),
    checkEach('reports counted more often than sent', byProblem.keys(), (name) => {
      const { acknowledged, unanswered } = ledger.accounts.get(name) ?? { acknowledged: 0, unanswered: 0 };
      const counted = countOf(name);
      const sent = acknowledged + unanswered;
      return counted > sent ? `${name}: ${sent} sent, ${counted} counted` : null;
    }),
    checkEach(
      'alerts of one problem that live at once',
      Map.groupBy(rows, (row) => row.dedupe_key),
      ([key, same]) => {
        const spans = same.map((row) => ({
          id: row.alert_ref,
          fromMs: row.created_at,
          untilMs: row.ended_at,
        }));
        const overlap = findOverlap(spans);
        return overlap && `${key}: ${overlap}`;
      },
    ),
    checkEach('alerts that are stuck or dead', rows, (row) =>
      row.status === 'acked' ? null : `${row.alert_ref} is ${row.status}`,
    ),
  ];
}

/** Checks that somebody was told of every alert that did not end before anybody could be. */
export async function auditSilence(probe: Probe): Promise<Check> {
  const rows = await probe.rows<AlertRow>(`
    select ${columns} from alert
    where announced = 0 and incident_id is null
      and alert_ref not in (select alert_ref from alert_event where reason = 'resolved_before_triage')`);
  const total = await probe.count('select count(*) from alert');
  const violations = rows.map((row) => `nobody was told of ${row.alert_ref}, which is ${row.status}`);
  return { name: 'alerts that nobody was told of', examined: total, violations };
}
