import { type SqlBool, sql } from 'kysely';
import { encodeTime } from '../core/ids.ts';
import { type Ctx, type Expired, expiredRows } from '../store/index.ts';
import type { LeasedTable } from './queries-leased.ts';

/** Twice as long as any rolling count looks back. */
const countedMs = 2 * 24 * 3_600_000;

/** Answers the counts of minutes that no rolling count looks at any more. */
export function expiredMinutes(ctx: Ctx): Expired {
  const isOld = sql<SqlBool>`minute_at < ${ctx.clock.now() - countedMs}`;
  return expiredRows(ctx, { table: 'signature_minute', key: ['signature', 'env', 'minute_at'], isOld });
}

/** Answers what is kept of signatures that had no alert since the time and that no open incident stands for. */
export function expiredSignatures(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`last_alert_at < ${beforeMs} and not exists (select 1 from incident_signature as held
    where held.signature = signature_state.signature and held.env = signature_state.env and held.ended_at is null)`;
  return expiredRows(ctx, { table: 'signature_state', key: ['signature', 'env'], isOld });
}

/** Answers the locks of services that have neither alerts nor an open incident. */
export function expiredServices(ctx: Ctx): Expired {
  const isOld = sql<SqlBool>`not exists (select 1 from alert
    where alert.service = service_lock.service and alert.env = service_lock.env)
    and not exists (select 1 from incident where incident.service = service_lock.service
    and incident.env = service_lock.env and incident.status in ('open', 'mitigating'))`;
  return expiredRows(ctx, { table: 'service_lock', key: ['service', 'env'], isOld });
}

/** Answers work on triages that ended and was asked for before the time; what it found is in the files of the incident. */
export function expiredTriages(ctx: Ctx, table: LeasedTable, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`triage_id < ${`trg_${encodeTime(Math.max(0, beforeMs))}`} and status <> 'pending'`;
  return expiredRows(ctx, { table, key: ['triage_id'], isOld });
}
