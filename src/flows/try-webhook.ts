import { keyReport, readReport } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { FieldError } from '../core/action.ts';
import { type Clock, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { type Mapper, type MappingJob, shapeReports } from '../webhooks/index.ts';

/** An alert as it would be reported, or what is wrong with it. */
export type Tried = { accepted: true; alert: object } | { accepted: false; errors: FieldError[] };

/** Answers what a webhook would make of a body; nothing is written. Throws NOT_FOUND for an unknown name, VALIDATION_ERROR where the mapping fails. */
export async function tryWebhook(
  parts: { config: Config; clock: Clock; mapper: Mapper },
  given: Omit<MappingJob, 'expression'>,
): Promise<Tried[]> {
  const { webhooks, kinds, routes } = parts.config;
  const webhook = Object.hasOwn(webhooks, given.webhook) ? webhooks[given.webhook] : undefined;
  if (!webhook) {
    const known = Object.keys(webhooks).join(', ') || 'none';
    throw new AppError('NOT_FOUND', `there is no webhook "${given.webhook}"; configured: ${known}`);
  }
  const mapped = await parts.mapper.map({ ...given, expression: webhook.mapping });
  if (!mapped.ok) throw new AppError('VALIDATION_ERROR', mapped.problem);
  const defaults = { source: `webhook:${given.webhook}`, kinds, routes, nowMs: parts.clock.now() };
  return shapeReports(mapped.made, webhook).map((raw) => {
    const read = readReport(raw, defaults);
    return 'errors' in read
      ? { accepted: false, errors: read.errors }
      : { accepted: true, alert: toAlert(read.report) };
  });
}

function toAlert(report: AlertReport): object {
  const { startedAt, endsAt, dedupeTtlMs, fingerprint: _, ...rest } = report;
  const { fingerprint, dedupeKey } = keyReport(report, null);
  return {
    ...rest,
    started_at: toIso(startedAt),
    ends_at: toIso(endsAt),
    dedupe_ttl_minutes: dedupeTtlMs === null ? null : dedupeTtlMs / 60_000,
    fingerprint,
    dedupe_key: dedupeKey,
  };
}
