import type { Compilable } from 'kysely';
import type { AlertEventRow, AlertStatus, Ctx, Dialect } from '../store/index.ts';

const textColumns = ['event_id', 'at', 'actor', 'reason', 'note', 'request_id'] as const;

/** What an event says beside the alert and the states it goes from and to. */
export type EventText = Pick<AlertEventRow, (typeof textColumns)[number]>;

/** Answers what the event of a move that happens now says. */
export function describeMove(ctx: Ctx, reason: string, note: string | null): EventText {
  return {
    event_id: ctx.ids.ulid(),
    at: ctx.clock.now(),
    actor: ctx.actor.name,
    reason,
    note,
    request_id: ctx.requestId,
  };
}

/** The statement that moves alerts, and an event of each that it really moved; without `to` it answers where each went. */
export function withEvents<Row extends { alert_ref: string }>(
  { insertForEach }: Dialect,
  move: Compilable<Row>,
  { from, to }: { from: AlertStatus; to?: AlertStatus },
  textOf: (column: keyof EventText) => unknown,
): Compilable<Row> {
  const text = Object.fromEntries(textColumns.map((column) => [column, textOf(column)]));
  const taken: Record<string, string> = { alert_ref: 'alert_ref', ...(to ? {} : { to_status: 'status' }) };
  return insertForEach(move, {
    table: 'alert_event',
    taken: taken as Record<string, keyof Row & string>,
    alike: { from_status: from, ...(to ? { to_status: to } : {}), ...text },
  });
}
