import { type Ctx, insertMany, type WebhookReceiptRow } from '../store/index.ts';

/** Answers what was taken under a key, or null. Index: webhook_receipt_key. */
export async function selectReceipt(
  ctx: Ctx,
  webhook: string,
  deliveryKey: string,
): Promise<WebhookReceiptRow | null> {
  const row = await ctx.db
    .selectFrom('webhook_receipt')
    .selectAll()
    .where('webhook', '=', webhook)
    .where('delivery_key', '=', deliveryKey)
    .executeTakeFirst();
  return row ?? null;
}

/** Inserts what was taken; the second under its key fails, and takes its transaction with it. Index: webhook_receipt_key. */
export async function insertReceipt(ctx: Ctx, row: WebhookReceiptRow): Promise<void> {
  await insertMany(ctx, 'webhook_receipt', [row]);
}
