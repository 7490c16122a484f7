import { type CompiledQuery, sql } from 'kysely';
import type { AlertRow, Ctx, InsertForEach, SignatureMinuteRow } from '../store/index.ts';

const minuteMs = 60_000;

const addUp = `on conflict (signature, env, minute_at) do update set due_ref = excluded.due_ref,
  occurrences = signature_minute.occurrences + excluded.occurrences`;

type Counted = Pick<AlertRow, 'alert_ref' | 'signature' | 'env'>;

/** Answers the row that counts reports of an alert in the present minute. */
export function createMinuteRow(alert: Counted, occurrences: number, nowMs: number): SignatureMinuteRow {
  return {
    signature: alert.signature,
    env: alert.env,
    minute_at: startOfMinute(nowMs),
    occurrences,
    triages: 0,
    due_ref: alert.alert_ref,
  };
}

/** Adds to the counts of minutes, in one order for all writers; none for no rows. Index: the primary key. */
export function addToMinutes(ctx: Ctx, rows: readonly SignatureMinuteRow[]): CompiledQuery[] {
  return ctx.dialect.insertRows('signature_minute', rows.toSorted(byKey), { onConflict: addUp });
}

/** The same for each alert that a statement answers, with how many reports it took. */
export function addToMinuteOfEach(nowMs: number): InsertForEach<Counted & { reports: number }> {
  return {
    table: 'signature_minute',
    taken: { signature: 'signature', env: 'env', occurrences: 'reports', due_ref: 'alert_ref' },
    alike: { minute_at: startOfMinute(nowMs), triages: 0 },
    lockOrder: ['signature', 'env'],
    onConflict: addUp,
  };
}

function startOfMinute(nowMs: number): number {
  return nowMs - (nowMs % minuteMs);
}

function byKey(a: SignatureMinuteRow, b: SignatureMinuteRow): number {
  if (a.signature !== b.signature) return a.signature < b.signature ? -1 : 1;
  return a.env < b.env ? -1 : 1;
}

/** Answers alerts by their references. Index: the primary key. */
export function findAlerts(ctx: Ctx, refs: readonly string[]): Promise<AlertRow[]> {
  return ctx.db
    .selectFrom('alert')
    .selectAll()
    .where(ctx.dialect.isOneOf(sql.ref('alert_ref'), refs))
    .execute();
}
