import { z } from 'zod';
import { profileOfTask } from '../access/index.ts';
import type { Config } from '../config/types.ts';
import { answer, defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { findMetricProblem, knownMetrics, type MetricRule } from '../core/metric-rules.ts';
import { isoTime, text } from '../core/text.ts';
import { type GivenMetric, recordMetrics, requireRun } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';

const name = text(64, 1);
const value = z.number();
const recordedAt = isoTime.optional().describe('Default: now.');
const mostAtOnce = 1000;

const recordInput = z
  .strictObject({
    run_id: text(100, 1),
    metrics: z
      .array(z.strictObject({ name, value, recorded_at: recordedAt }))
      .min(1)
      .max(mostAtOnce)
      .optional(),
    metric_name: name.optional().describe('Of a single one, instead of `metrics`.'),
    metric_value: value.optional(),
    recorded_at: recordedAt,
    batch_id: text(200, 1).optional().describe('Sent again under the same id, it changes nothing.'),
  })
  .superRefine(requireOneForm);

type RecordInput = z.output<typeof recordInput>;

/** Records numbers of a run; a task may do it for the runs of its profile. */
export const recordMetricsAction = defineAction({
  name: 'metrics.record',
  summary: 'Record metrics of a run; the same batch again changes nothing',
  input: recordInput,
  output: z.object({ recorded: z.int() }),
  entitlement: 'tools.metrics.record',
  http: { method: 'POST', path: '/api/metrics/record', status: 202 },
  async run(ctx: FlowCtx, input) {
    const metrics = readMetrics(ctx.config, input);
    const run = await requireRun(ctx, input.run_id);
    const profile = profileOfTask(ctx.actor);
    if (profile !== null && run.profile !== profile)
      throw new AppError(
        'FORBIDDEN',
        `a task of ${profile} may record metrics of the runs of ${profile} alone`,
      );
    const batchId = input.batch_id ?? null;
    return answer(202, { recorded: await recordMetrics(ctx, { runId: run.run_id, metrics, batchId }) });
  },
});

/** Answers what is wrong with a metric: its field, `name` or `value`, and why; null: nothing. */
export function findProblem(
  { metrics }: Pick<Config, 'metrics'>,
  metric: { name: string; value: number },
): { field: 'name' | 'value'; message: string } | null {
  const rules: Readonly<Record<string, MetricRule>> = { ...metrics, ...knownMetrics };
  const rule = Object.hasOwn(rules, metric.name) ? rules[metric.name] : undefined;
  if (!rule) {
    const known = Object.keys(rules).join(', ');
    return {
      field: 'name',
      message: `is unknown; known are ${known}; add others under metrics: in tocsin.yaml`,
    };
  }
  const problem = findMetricProblem(rule, metric.value);
  return problem === null ? null : { field: 'value', message: problem };
}

/** Answers the metrics of either form. Throws VALIDATION_ERROR, an entry for each that is wrong. */
function readMetrics(config: Config, input: RecordInput): GivenMetric[] {
  const { metrics, metric_name = '', metric_value = 0, recorded_at } = input;
  const given = metrics ?? [{ name: metric_name, value: metric_value, recorded_at }];
  const errors = given.flatMap((metric, index) => {
    const problem = findProblem(config, metric);
    if (problem === null) return [];
    const field = metrics ? `metrics.${index}.${problem.field}` : `metric_${problem.field}`;
    return [{ field, message: problem.message }];
  });
  const [first] = errors;
  if (first)
    throw new AppError('VALIDATION_ERROR', `${first.field}: ${first.message}`, { details: { errors } });
  return given.map((metric) => ({ ...metric, recordedAt: metric.recorded_at ?? null }));
}

function requireOneForm(
  input: Partial<Record<'metrics' | 'metric_name' | 'metric_value' | 'recorded_at', unknown>>,
  ctx: z.RefinementCtx,
): void {
  const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  const { metrics, metric_name, metric_value, recorded_at } = input;
  if (metrics === undefined) {
    if (metric_name === undefined)
      refuse('metrics', 'is missing: give metrics, or metric_name and metric_value');
    else if (metric_value === undefined) refuse('metric_value', 'is missing beside metric_name');
    return;
  }
  for (const [field, other] of Object.entries({ metric_name, metric_value, recorded_at }))
    if (other !== undefined) refuse(field, 'stands beside metrics: give one or the other');
}
