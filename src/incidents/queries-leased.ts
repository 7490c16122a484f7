import { sql } from 'kysely';
import { type Ctx, type Database, runStatements } from '../store/index.ts';

/** Work that hangs on a triage and is done under a lease. */
export type LeasedTable = 'triage' | 'triage_summary';

/** Condition of the rows that the partial indexes `…_pending` hold. */
const pending = sql<boolean>`status = 'pending'`;

/** Both tables have the columns that are named here; the types of Kysely want one of them. */
function selectWaiting(ctx: Ctx, table: LeasedTable, limit: number) {
  return ctx.db
    .selectFrom(table as 'triage')
    .select('triage_id')
    .where(pending)
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<=', ctx.clock.now())]))
    .orderBy('triage_id')
    .limit(limit);
}

/** Answers whether a row waits that nobody has. Index: triage_pending, triage_summary_pending. */
export async function hasWaiting(ctx: Ctx, table: LeasedTable): Promise<boolean> {
  return (await selectWaiting(ctx, table, 1).executeTakeFirst()) !== undefined;
}

/** Leases waiting rows, oldest first, and those whose worker is gone. Index: triage_pending, triage_summary_pending. */
export async function leaseWaiting<Table extends LeasedTable>(
  ctx: Ctx,
  table: Table,
  lease: { token: string; untilMs: number; limit: number },
): Promise<Database[Table][]> {
  const waiting = selectWaiting(ctx, table, lease.limit).modifyEnd(ctx.dialect.skipLocked);
  // As a plain subselect PostgreSQL may run it once a row, and lease more than the limit.
  const leased = ctx.db
    .with(
      (cte) => cte('waiting').materialized(),
      () => waiting,
    )
    .updateTable(table as 'triage')
    .set((eb) => ({
      lease_token: lease.token,
      locked_until: lease.untilMs,
      attempts: eb('attempts', '+', 1),
    }))
    .where('triage_id', 'in', (eb) => eb.selectFrom('waiting').select('waiting.triage_id'))
    .returningAll()
    .compile();
  // A lease need not outlive the machine: what it was for comes round again.
  const [rows] = await runStatements(ctx, [leased], { mayBeLost: true });
  return rows as unknown as Database[Table][];
}

/** Changes a row that is still leased under the token, and answers the incident that it belongs to by now; null: the lease was lost. Index: the primary key. */
export async function changeLeased<Table extends LeasedTable>(
  ctx: Ctx,
  table: Table,
  row: Pick<Database[LeasedTable], 'triage_id' | 'lease_token'>,
  change: Partial<Database[Table]>,
): Promise<string | null> {
  const rows = await ctx.db
    .updateTable(table as 'triage')
    .set(change as Partial<Database['triage']>)
    .where('triage_id', '=', row.triage_id)
    .where('lease_token', '=', row.lease_token)
    .where(pending)
    .returning('incident_id')
    .execute();
  return rows[0]?.incident_id ?? null;
}

/** Gives what still waits of one incident to another. Index: triage_incident_id; of summaries few wait. */
export function moveWaiting(ctx: Ctx, table: LeasedTable, fromId: string, toId: string) {
  return ctx.db
    .updateTable(table as 'triage')
    .set({ incident_id: toId })
    .where('incident_id', '=', fromId)
    .where(pending)
    .compile();
}
