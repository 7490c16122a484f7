import type { Probe } from '../../bench/harness/probe.ts';
import type { Receipt } from '../receiver.ts';
import { type Check, checkEach, clockToleranceMs } from './check.ts';

type MessageRow = {
  notification_id: string;
  idempotency_key: string;
  event: string;
  thread: string;
  incident_id: string | null;
  status: string;
  created_at: number;
};

/** How often messages came again, which is allowed under the same key. */
export type Repeats = { afterFaults: number; afterKills: number };

const finished = ['delivered', 'superseded'];

/** Checks the outbox against what the receiver got: everything came, in order, and nothing twice but under its own key. */
export async function auditMessages(probe: Probe, receipts: readonly Receipt[]): Promise<Check[]> {
  const rows = await probe.rows<MessageRow>(`
    select notification_id, idempotency_key, event, thread, incident_id, status, created_at from notification
    order by notification_id`);
  const keys = new Set(rows.map((row) => row.idempotency_key));
  const received = Map.groupBy(receipts, ({ key }) => key);
  const delivered = rows.filter(({ status }) => status === 'delivered');
  const incidents = await probe.rows<{ incident_id: string }>('select incident_id from incident');
  const told = new Set(rows.filter(({ event }) => event === 'incident.opened').map((row) => row.incident_id));
  return [
    checkEach('messages that were not sent', rows, ({ idempotency_key, status }) =>
      finished.includes(status) ? null : `${idempotency_key} is ${status}`,
    ),
    checkEach('messages delivered, and never received', delivered, ({ idempotency_key: key }) =>
      received.get(key)?.some(({ answer }) => answer === 'ok') ? null : key,
    ),
    checkEach('messages received, and not in the outbox', received.keys(), (key) =>
      keys.has(key) ? null : key,
    ),
    checkEach('repeats that say something else', received, ([key, same]) =>
      new Set(same.map(({ event, title }) => `${event} ${title}`)).size === 1 ? null : key,
    ),
    checkEach('news told under two keys', Map.groupBy(receipts, nameNews), ([news, same]) =>
      news === null || new Set(same.map(({ key }) => key)).size === 1 ? null : news,
    ),
    checkEach('incidents that nobody was told of', incidents, ({ incident_id }) =>
      told.has(incident_id) ? null : incident_id,
    ),
    checkOrder(delivered, received),
  ];
}

/** Answers what a receipt tells that can be told once only; null for what may be told again. */
function nameNews({ event, incidentId, alertRef, severity }: Receipt): string | null {
  if (event === 'incident.opened') return `${incidentId} opened`;
  if (event === 'alert.firing') return `${alertRef} firing ${severity}`;
  return event === 'alert.resolved' ? `${alertRef} resolved` : null;
}

/** Within a thread each message first comes after the one before it. */
function checkOrder(rows: readonly MessageRow[], received: ReadonlyMap<string, readonly Receipt[]>): Check {
  const firstOf = (row: MessageRow) => received.get(row.idempotency_key)?.[0]?.order ?? 0;
  return checkEach(
    'threads told out of order',
    Map.groupBy(rows, ({ thread }) => thread),
    ([thread, same]) => {
      const wrong = same.find((row, i) => {
        const before = same[i - 1];
        return (
          before && row.created_at - before.created_at > clockToleranceMs && firstOf(row) < firstOf(before)
        );
      });
      return wrong ? `${thread}: ${wrong.event} came too early` : null;
    },
  );
}

/** Counts what came again: after the receiver failed to take it, or after it had taken it, when the sender was killed. */
export function countRepeats(receipts: readonly Receipt[]): Repeats {
  const repeats = { afterFaults: 0, afterKills: 0 };
  for (const same of Map.groupBy(receipts, ({ key }) => key).values()) {
    same.slice(1).forEach((_, i) => {
      // `slice` has moved the places by one: this is the receipt before.
      const before = same[i];
      if (before?.answer === 'ok' || before?.answer === 'cut') repeats.afterKills++;
      else repeats.afterFaults++;
    });
  }
  return repeats;
}
