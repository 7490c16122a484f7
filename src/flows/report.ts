import { z } from 'zod';
import { profileOfTask } from '../access/index.ts';
import { type IngestAnswer, ingestAnswer, readReport } from '../alerts/index.ts';
import { answer, defineAction, type FieldError } from '../core/action.ts';
import { AppError, errorTable } from '../core/errors.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { FlowCtx } from './context.ts';

const maxReportsPerRequest = 1000;

const rejected = z.object({
  accepted: z.literal(false),
  errors: z.array(z.object({ field: z.string(), message: z.string() })),
});
export type Rejected = { accepted: false; errors: FieldError[] };

/** What is answered for one alert, or for each of a list. */
export const reportAnswers = z.union([ingestAnswer, rejected, z.array(z.union([ingestAnswer, rejected]))]);

/** What is inside is read alert by alert, so that a bad one does not take the good ones with it. */
const reports = z
  .custom<readonly unknown[] | object>(
    (body) =>
      Array.isArray(body) ? body.length <= maxReportsPerRequest : typeof body === 'object' && body !== null,
    `must be an alert, or an array of at most ${maxReportsPerRequest}`,
  )
  .meta({ anyOf: [{ type: 'array', maxItems: maxReportsPerRequest, items: {} }, { type: 'object' }] });

/** Takes one alert or an array of them; answers after the commit, one answer an alert, in order. */
export const ingestAction = defineAction({
  name: 'alerts.ingest',
  summary: 'Report one alert, or up to 1,000 in an array',
  input: reports,
  output: reportAnswers,
  entitlement: 'tools.alerts.ingest',
  http: {
    method: 'POST',
    path: '/v1/alerts',
    bodyLimitBytes: 5 * 1024 * 1024,
    also: { 207: 'Of an array: some of the alerts were not taken.' },
  },
  async run(ctx: FlowCtx, input) {
    const raws: readonly unknown[] = Array.isArray(input) ? input : [input];
    const profile = profileOfTask(ctx.actor);
    const named = profile === null ? raws : raws.map((raw) => nameProfile(raw, profile));
    const answers = await ingestReports(ctx, named, {
      submit: (reports) => ctx.intake.submit(reports, ctx.requestId),
    });
    return answerReports(answers, !Array.isArray(input));
  },
});

/** Says whose task reports, whatever it calls itself: an alert must not start the profile that it is from. */
function nameProfile(raw: unknown, profile: string): unknown {
  if (!isMap(raw)) return raw;
  const { labels = {} } = raw;
  return isMap(labels) ? { ...raw, labels: { ...labels, profile } } : raw;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Answers an object for one alert by itself, else a list, with 207 where some of it were not taken. */
export function answerReports(answers: readonly (IngestAnswer | Rejected)[], isSingle: boolean) {
  const [only] = answers;
  if (!isSingle || !only) {
    const list = [...answers];
    return answers.every(({ accepted }) => accepted) ? list : answer(207, list);
  }
  return only.accepted ? only : answer(errorTable.VALIDATION_ERROR.httpStatus, only, errorOf(only));
}

type Submitting = {
  submit(reports: readonly AlertReport[], areAllGood: boolean): Promise<readonly IngestAnswer[]>;
};

/** Reads reports one by one, hands on the good ones, and answers for each; `submit` may be another way into the same door. */
export async function ingestReports(
  ctx: FlowCtx,
  raws: readonly unknown[],
  { submit }: Submitting,
): Promise<(IngestAnswer | Rejected)[]> {
  const { kinds, routes } = ctx.config;
  const defaults = { source: ctx.actor.name, kinds, routes, nowMs: ctx.clock.now() };
  const read = raws.map((raw) => readReport(raw, defaults));
  const reports: AlertReport[] = [];
  for (const result of read) if ('report' in result) reports.push(result.report);
  const answers = reports.length > 0 ? await submit(reports, reports.length === read.length) : [];
  countAnswers(ctx, answers, read.length - reports.length);
  let next = 0;
  return read.map((result) =>
    'report' in result
      ? (answers[next++] as IngestAnswer)
      : { accepted: false as const, errors: result.errors },
  );
}

function countAnswers(ctx: FlowCtx, answers: readonly IngestAnswer[], invalid: number): void {
  let deduped = 0;
  let ignored = 0;
  for (const answered of answers) {
    if (answered.alert_ref === null) ignored++;
    else if (answered.deduped) deduped++;
  }
  const { alertsIngested } = ctx.metrics;
  if (deduped > 0) alertsIngested.inc({ result: 'deduped' }, deduped);
  if (ignored > 0) alertsIngested.inc({ result: 'ignored' }, ignored);
  if (invalid > 0) alertsIngested.inc({ result: 'invalid' }, invalid);
  const accepted = answers.length - deduped - ignored;
  if (accepted > 0) alertsIngested.inc({ result: 'accepted' }, accepted);
}

/** A single bad alert is told in both forms: as this door does, and as every door does. */
function errorOf({ errors }: Rejected): AppError {
  const [first] = errors;
  const message = first ? `${first.field || 'alert'}: ${first.message}` : 'invalid alert';
  return new AppError('VALIDATION_ERROR', message, { details: { errors } });
}
