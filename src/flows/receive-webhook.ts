import { hash } from 'node:crypto';
import { type IngestAnswer, ingest } from '../alerts/index.ts';
import type { WebhookConfig } from '../config/index.ts';
import { AppError } from '../core/errors.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { inTransaction, runAfterCommit } from '../store/index.ts';
import {
  decideRepeat,
  insertReceipt,
  type Mapper,
  type MappingJob,
  selectReceipt,
  shapeReports,
} from '../webhooks/index.ts';
import type { FlowCtx } from './context.ts';
import { ingestReports, type Rejected } from './report.ts';
import { startedBy, triggerByWebhook } from './trigger-runs.ts';

/** A request that comes from the sender, as was proved already. */
export type Delivery = Omit<MappingJob, 'expression'> & {
  config: WebhookConfig;
  /** By what the sender knows this delivery again; null: it says nothing. */
  key: string | null;
};

export type Received = {
  /** One for each alert of the body, in order. */
  answers: readonly (IngestAnswer | Rejected)[];
  /** Whether the mapping made one alert by itself, and no list. */
  isSingle: boolean;
  /** Whether it had been taken before, and nothing was done now. */
  isRepeat: boolean;
};

type Stored = Pick<Received, 'answers' | 'isSingle'>;

/**
 * Takes a delivery: maps the body, reports what comes of it, and starts the profiles that wait for it. One with a key is
 * taken once: its alerts, its runs and the note of it are one transaction, and the same again answers the same. What was not
 * taken whole is noted nowhere, so that it may be sent again. Throws VALIDATION_ERROR where the mapping fails, CONFLICT for
 * another body under a key that was taken.
 */
export async function receiveWebhook(ctx: FlowCtx, mapper: Mapper, delivery: Delivery): Promise<Received> {
  const receipt = delivery.key === null ? null : createReceipt(delivery, delivery.key);
  const before = receipt && (await findBefore(ctx, receipt));
  if (before) return { ...before, isRepeat: true };
  const { config, key: _, ...job } = delivery;
  const mapped = await mapper.map({ ...job, expression: config.mapping });
  if (!mapped.ok) throw new AppError('VALIDATION_ERROR', mapped.problem);
  const isSingle = !Array.isArray(mapped.made);
  const raws = shapeReports(mapped.made, config);
  const isNoted = receipt !== null || startedBy(ctx, delivery.webhook).length > 0;
  let isRepeat = false;
  const take = async (reports: readonly AlertReport[]) => {
    const taken = await takeOnce(ctx, delivery, receipt, { reports, isSingle });
    isRepeat = taken.isRepeat;
    return taken.answers;
  };
  const answers = await ingestReports(ctx, raws, {
    submit: (reports, areAllGood) =>
      isNoted && areAllGood ? take(reports) : ctx.intake.submit(reports, ctx.requestId),
  });
  if (isNoted && raws.length === 0) return { answers: await take([]), isSingle, isRepeat };
  return { answers, isSingle, isRepeat };
}

type Receipt = { webhook: string; delivery_key: string; body_hash: string };

function createReceipt({ webhook, body }: Delivery, key: string): Receipt {
  return { webhook, delivery_key: hash('sha256', key), body_hash: hash('sha256', body) };
}

async function findBefore(ctx: FlowCtx, receipt: Receipt): Promise<Stored | null> {
  const known = await selectReceipt(ctx, receipt.webhook, receipt.delivery_key);
  if (known === null) return null;
  if (decideRepeat(known.body_hash, receipt.body_hash) === 'same_delivery') return JSON.parse(known.answers);
  throw new AppError('CONFLICT', 'a delivery with this id and another body was taken already', {
    details: { reason: 'other_body' },
  });
}

type Taking = { reports: readonly AlertReport[]; isSingle: boolean };

/** Takes the alerts, and asks for the runs. Of several at once the first wins; the others find what it answered. */
function takeOnce(
  ctx: FlowCtx,
  delivery: Delivery,
  receipt: Receipt | null,
  { reports, isSingle }: Taking,
): Promise<{ answers: readonly IngestAnswer[]; isRepeat: boolean }> {
  return inTransaction(ctx, async (ctx) => {
    const before = receipt && (await findBefore(ctx, receipt));
    if (before) return { answers: before.answers as readonly IngestAnswer[], isRepeat: true };
    const { answers, hasWork } = await ingest(ctx, reports, ctx.config.policy.defaults);
    const key = receipt && `webhook:${receipt.webhook}:${receipt.delivery_key}`;
    await triggerByWebhook(ctx, delivery.webhook, { key, payload: writePayload(delivery) });
    const stored: Stored = { answers, isSingle };
    const received = { answers: JSON.stringify(stored), received_at: ctx.clock.now() };
    if (receipt) await insertReceipt(ctx, { ...receipt, ...received });
    if (hasWork) runAfterCommit(ctx, () => ctx.signals.alerts.ring());
    return { answers, isRepeat: false };
  });
}

/** The mapping has read the body: it is JSON, or each of its lines is. */
function writePayload({ body, isNdjson }: Delivery): string {
  if (!isNdjson) return body;
  return `[${body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join(',')}]`;
}
