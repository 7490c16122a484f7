import { z } from 'zod';
import { defineAction, refuseField } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { parseDurationMs } from '../core/duration.ts';
import type { AppError } from '../core/errors.ts';
import { isoTime, text, wholeNumber } from '../core/text.ts';
import { chooseResolution, listHistory, startOfBucket, sumTimes } from '../health/index.ts';
import type { CheckHistoryRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { healthEntitlement } from './health-answers.ts';
import { requireComponent } from './health-read.ts';
import { readUptime, toUptimeFigures } from './read-uptime.ts';

/** As long as the history of days is kept. */
const keptDays = 1825;

const minutes = z.number();
const uptimeFigures = {
  minutes_down: minutes,
  minutes_degraded: minutes,
  minutes_unknown: minutes,
  minutes_maintenance: minutes,
  uptime_ratio: z
    .number()
    .nullable()
    .describe('Of the time that counts, the part that was not down; null: none counts.'),
};

const uptimeView = z.object({
  component: z.string(),
  from: z.string(),
  to: z.string(),
  ...uptimeFigures,
  days: z.array(z.object({ date: z.string(), ...uptimeFigures })),
});

/** How long a component was down and degraded, by days of UTC. */
export const showUptime = defineAction({
  name: 'components.uptime',
  summary: 'Show how long a component was down and degraded, by days of UTC',
  input: z.strictObject({ id: text(100, 1), days: wholeNumber(1, keptDays).default(90) }),
  output: uptimeView,
  entitlement: healthEntitlement,
  http: { method: 'GET', path: '/v1/components/:id/uptime' },
  cli: { command: 'components uptime', args: ['id'] },
  async run(ctx: FlowCtx, { id, days }) {
    requireComponent(ctx, id);
    const nowMs = ctx.clock.now();
    const [uptime = []] = await readUptime(ctx, [id], days);
    return {
      component: id,
      from: toIso(uptime[0]?.dayAt ?? nowMs),
      to: toIso(nowMs),
      ...toUptimeFigures(sumTimes(uptime)),
      days: uptime.map((day) => ({
        date: toIso(day.dayAt).slice(0, 10),
        ...toUptimeFigures(day),
      })),
    };
  },
});

const bucketView = z.object({
  check: z.string(),
  at: z.string(),
  ok_count: z.number(),
  degraded_count: z.number(),
  down_count: z.number(),
  unknown_count: z.number(),
  average_latency_ms: z
    .number()
    .nullable()
    .describe('Of results that were ok or degraded; null: there was none.'),
  max_latency_ms: z.number().nullable(),
});

const historyInput = z.strictObject({
  id: text(100, 1),
  window: text(50, 1).optional().describe('As 24h or 30d, up to now; 24h where nothing is given.'),
  from: isoTime.optional(),
  to: isoTime.optional().describe('Default: now.'),
});

/** What the results of a component's checks came to, by the minute, the hour or the day. */
export const showHistory = defineAction({
  name: 'components.history',
  summary: 'Show how often the checks of a component were ok or failed, and how fast they answered',
  input: historyInput,
  output: z.object({
    component: z.string(),
    from: z.string(),
    to: z.string(),
    bucket_seconds: z.number(),
    buckets: z.array(bucketView),
  }),
  entitlement: healthEntitlement,
  http: { method: 'GET', path: '/v1/components/:id/history' },
  cli: { command: 'components history', args: ['id'] },
  async run(ctx: FlowCtx, input) {
    const { id } = requireComponent(ctx, input.id);
    const nowMs = ctx.clock.now();
    const { fromMs, toMs } = readRange(input, nowMs);
    const resolution = chooseResolution(fromMs, toMs, nowMs);
    if (!resolution) throw refuseLength(input);
    const firstMs = startOfBucket(fromMs, resolution);
    const rows = await listHistory(ctx, id, { resolution, fromMs: firstMs, toMs });
    return {
      component: id,
      from: toIso(firstMs),
      to: toIso(toMs),
      bucket_seconds: resolution.bucketMs / 1000,
      buckets: rows.map(toBucketView),
    };
  },
});

function readRange({ window, from, to }: z.output<typeof historyInput>, nowMs: number) {
  if (window !== undefined && (from !== undefined || to !== undefined))
    throw refuseField('window', 'give either window, or from and to');
  const windowMs = parseDurationMs(window ?? '24h');
  if (!windowMs) throw refuseField('window', `"${window}" is not a duration, as 24h or 30d`);
  const toMs = Math.min(to ?? nowMs, nowMs);
  const fromMs = from ?? toMs - windowMs;
  if (fromMs >= toMs) throw refuseField('from', 'must be before to, and before now');
  return { fromMs, toMs };
}

function refuseLength({ from }: z.output<typeof historyInput>): AppError {
  if (from === undefined) return refuseField('window', `must be at most ${keptDays} days`);
  return refuseField('from', `must be at most ${keptDays} days before to`);
}

function toBucketView(row: CheckHistoryRow): z.input<typeof bucketView> {
  const { ok_count, degraded_count, down_count, unknown_count } = row;
  const answered = ok_count + degraded_count;
  return {
    check: row.check_name,
    at: toIso(row.at),
    ok_count,
    degraded_count,
    down_count,
    unknown_count,
    average_latency_ms: answered === 0 ? null : Math.round((row.latency_sum_ms / answered) * 10) / 10,
    max_latency_ms: answered === 0 ? null : row.latency_max_ms,
  };
}
