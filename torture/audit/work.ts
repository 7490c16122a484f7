import type { Probe } from '../../bench/harness/probe.ts';
import { type Check, checkEach } from './check.ts';

type EventRow = { alert_ref: string; from_status: string | null; to_status: string; reason: string };
type StatusRow = { alert_ref: string; status: string };

/**
 * Checks that no alert was worked on twice. The events of an alert are steps from state to state: put together they must
 * be one path from its beginning to the state it has now. Two leases at once, or two acks of one lease, leave a state more
 * often than it was entered. The order of the events, which several clocks have stamped, does not matter for that.
 */
export async function auditWork(probe: Probe): Promise<Check[]> {
  const alerts = await probe.rows<StatusRow>('select alert_ref, status from alert');
  const events = await probe.rows<EventRow>(
    'select alert_ref, from_status, to_status, reason from alert_event',
  );
  const refs = new Set(alerts.map(({ alert_ref }) => alert_ref));
  const byRef = Map.groupBy(events, (event) => event.alert_ref);
  return [
    checkEach('alerts worked twice, or with a broken history', alerts, ({ alert_ref, status }) => {
      const wrong = findGap(byRef.get(alert_ref) ?? [], status);
      return wrong && `${alert_ref}: ${wrong} (${describe(byRef.get(alert_ref) ?? [])})`;
    }),
    checkEach('events of alerts that are not there', byRef.keys(), (ref) => (refs.has(ref) ? null : ref)),
  ];
}

/** Answers which state was left more or less often than it was entered, or null. */
function findGap(events: readonly EventRow[], status: string): string | null {
  const balance = new Map<string | null, number>();
  const add = (state: string | null, amount: number) =>
    balance.set(state, (balance.get(state) ?? 0) + amount);
  for (const { from_status, to_status } of events) {
    add(from_status, -1);
    add(to_status, 1);
  }
  // The path begins outside of all states, or as new where its row alone tells of that, and ends in the state of now.
  add(events.some(({ from_status }) => from_status === null) ? null : 'new', 1);
  add(status, -1);
  for (const [state, amount] of balance)
    if (amount !== 0) return `${state ?? 'its beginning'} is off by ${amount}, and it is ${status}`;
  return null;
}

function describe(events: readonly EventRow[]): string {
  return events
    .map(({ from_status, to_status, reason }) => `${from_status}→${to_status} ${reason}`)
    .join(', ');
}
