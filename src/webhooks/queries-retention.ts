import { type SqlBool, sql } from 'kysely';
import { type Ctx, type Expired, expiredRows } from '../store/index.ts';

/** Senders give up sending again long before. */
const keptMs = 7 * 86_400_000;

/** Answers the receipts of deliveries that nobody sends again. */
export function expiredReceipts(ctx: Ctx): Expired {
  const isOld = sql<SqlBool>`received_at < ${ctx.clock.now() - keptMs}`;
  return expiredRows(ctx, { table: 'webhook_receipt', key: ['webhook', 'delivery_key'], isOld });
}
