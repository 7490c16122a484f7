import {
  type AlertRow,
  type CompiledQuery,
  type Ctx,
  inTransaction,
  runStatements,
  writeLater,
} from '../store/index.ts';
import { leaseLost } from './lease-lost.ts';
import { moveByHand } from './move.ts';
import { ackLeased, leaveLeased, returnLeased } from './queries-lease.ts';
import { describeMove } from './queries-moves.ts';

export type AckItem = {
  alertRef: string;
  leaseToken: string;
  reason: string;
  note: string | null;
  /** Null: it is part of none. Absent: stays as it is. */
  incidentId?: string | null;
  /** A message tells of it. */
  announced?: boolean;
  /** It is left as `new` to workers of the house, or to a person. */
  leave?: boolean;
};

/**
 * Ends the work on alerts whose lease is still held, and answers the references that it really ended; the others were
 * lost to somebody else. One that rose meanwhile goes back to `new`. Joins an open transaction.
 */
export async function ackAlerts(ctx: Ctx, items: readonly AckItem[]): Promise<string[]> {
  const acked: string[] = [];
  for (const group of groupAlike(items)) {
    const [rows] = await runStatements(ctx, [ackAlike(ctx, group)]);
    acked.push(...(rows as { alert_ref: string }[]).map((row) => row.alert_ref));
  }
  return acked;
}

/** The same for alerts that the open transaction has locked and found leased, as `writeLater`: nobody can have taken them. */
export function ackLocked(ctx: Ctx, items: readonly AckItem[]): Promise<void> {
  return writeLater(
    ctx,
    groupAlike(items).map((group) => ackAlike(ctx, group)),
  );
}

type Alike = { shared: Omit<AckItem, 'alertRef' | 'incidentId'>; items: AckItem[] };

/** Alerts that share all but who they are and what they became part of: one statement. */
function groupAlike(items: readonly AckItem[]): Alike[] {
  const groups = Map.groupBy(items, ({ alertRef: _, incidentId, ...shared }) =>
    JSON.stringify({ ...shared, part: typeof incidentId === 'string' ? 'of one' : incidentId }),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ shared: first, items: [first, ...others] }] : [],
  );
}

function ackAlike(ctx: Ctx, { shared, items }: Alike): CompiledQuery {
  const { leaseToken, reason, note, announced = false, leave = false } = shared;
  const refs = items.map(({ alertRef }) => alertRef);
  const event = describeMove(ctx, reason, note);
  const ack = { leaseToken, refs, event, incidentIds: readIncidentIds(items), announced };
  return leave ? leaveLeased(ctx, ack) : ackLeased(ctx, ack);
}

function readIncidentIds(items: readonly AckItem[]): Record<string, string> | null | undefined {
  const parts = items.flatMap(({ alertRef, incidentId }) =>
    typeof incidentId === 'string' ? [[alertRef, incidentId]] : [],
  );
  return parts.length > 0 ? Object.fromEntries(parts) : (items[0]?.incidentId as null | undefined);
}

/** Acks one alert for a worker that holds its lease. Throws CONFLICT `lease_lost` where it does not any more. */
export async function ackWithLease(ctx: Ctx, item: AckItem): Promise<void> {
  const acked = await ackAlerts(ctx, [item]);
  if (acked.length === 0) throw await leaseLost(ctx, item.alertRef);
}

/** Acks one alert by hand, whoever has it. */
export function ackByHand(ctx: Ctx, alertRef: string, note: string | null): Promise<AlertRow> {
  return moveByHand(ctx, alertRef, { move: 'ack', to: 'acked', reason: 'acked_by_hand', note });
}

/** Gives alerts back that the worker still holds, for a claim from `retryAtMs` on; no attempt is counted. Joins an open transaction. */
export async function returnAlerts(
  ctx: Ctx,
  held: readonly { alertRef: string; leaseToken: string }[],
  retryAtMs: number | null,
  reason: string,
): Promise<string[]> {
  const returned: string[] = [];
  for (const [leaseToken, group] of Map.groupBy(held, (item) => item.leaseToken)) {
    const refs = group.map((item) => item.alertRef);
    const event = describeMove(ctx, reason, null);
    const back = returnLeased(ctx, { leaseToken, refs, retryAtMs, event });
    const [rows] = await inTransaction(ctx, (ctx) => runStatements(ctx, [back]));
    returned.push(...(rows as { alert_ref: string }[]).map((row) => row.alert_ref));
  }
  return returned;
}
