import { sql } from 'kysely';
import { type Ctx, type IncidentRow, runStatements, type SignatureMinuteRow } from '../store/index.ts';

/** A minute of a signature that was counted since somebody last looked. */
export type DueMinute = SignatureMinuteRow & { due_ref: string };

/** Answers minutes that nobody has looked at yet. Index: signature_minute_due. */
export async function selectDueMinutes(ctx: Ctx, limit: number): Promise<DueMinute[]> {
  const rows = await ctx.db
    .selectFrom('signature_minute')
    .selectAll()
    .where('due_ref', 'is not', null)
    .orderBy('signature')
    .orderBy('env')
    .orderBy('minute_at')
    .limit(limit)
    .execute();
  return rows as DueMinute[];
}

/** Notes that minutes were looked at, but for those that were counted again meanwhile. Index: the primary key. */
export async function clearDueMinutes(ctx: Ctx, rows: readonly DueMinute[]): Promise<void> {
  const seen = rows.map(({ due_ref: _, ...row }) => row);
  await runStatements(
    ctx,
    ctx.dialect.updateRows('signature_minute', 'signature', seen, {
      expected: ['env', 'minute_at', 'occurrences', 'triages'],
      alike: { due_ref: 'null' },
    }),
  );
}

export type RollingCounts = {
  signature: string;
  env: string;
  occurrences60m: number;
  triageCount24h: number;
};

const hourMs = 3_600_000;

/** Answers what rolled together of signatures until now, one row an env. Index: the primary key of signature_minute. */
export async function sumRolling(
  ctx: Ctx,
  signatures: readonly string[],
  sinceMs: number,
): Promise<RollingCounts[]> {
  const nowMs = ctx.clock.now();
  const hourAgo = Math.max(nowMs - hourMs, sinceMs);
  return await ctx.db
    .selectFrom('signature_minute')
    .select((eb) => [
      'signature',
      'env',
      sql<number>`sum(case when minute_at >= ${hourAgo} then occurrences else 0 end)`.as('occurrences60m'),
      eb.fn.sum<number>('triages').as('triageCount24h'),
    ])
    .where(ctx.dialect.isOneOf(sql.ref('signature'), signatures))
    .where('minute_at', '>=', Math.max(nowMs - 24 * hourMs, sinceMs))
    .groupBy(['signature', 'env'])
    .execute();
}

export type Holder = IncidentRow & { held_signature: string; held_env: string };

/** Answers the live incidents that stand for signatures. Index: incident_signature_open. */
export function selectHolders(ctx: Ctx, signatures: readonly string[]): Promise<Holder[]> {
  return ctx.db
    .selectFrom('incident_signature')
    .innerJoin('incident', 'incident.incident_id', 'incident_signature.incident_id')
    .selectAll('incident')
    .select(['incident_signature.signature as held_signature', 'incident_signature.env as held_env'])
    .where(ctx.dialect.isOneOf(sql.ref('incident_signature.signature'), signatures))
    .where('incident_signature.ended_at', 'is', null)
    .execute();
}
