import { z } from 'zod';
import type { CheckConfig } from '../config/types.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { text } from '../core/text.ts';
import type { CheckRecord } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { healthEntitlement } from './health-answers.ts';
import { type ComponentHealth, readComponentHealth, readHealth } from './health-read.ts';

const status = z.enum(['ok', 'degraded', 'down', 'unknown']);
const time = z.string().nullable();

const checkView = z.object({
  name: z.string(),
  kind: z.string(),
  /** Null: on demand only. */
  interval_seconds: z.number().nullable(),
  status,
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  since: time,
  checked_at: time,
  latency_ms: z.number().nullable(),
  consecutive_failures: z.number(),
  last_good: z.object({ at: z.string(), latency_ms: z.number() }).nullable(),
});

/** A component as the API shows it. */
const componentView = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string().nullable(),
  description: z.string().nullable(),
  critical: z.boolean(),
  public: z.boolean(),
  depends_on: z.array(z.string()),
  status,
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  /** The planned work that is under way; null: none. */
  maintenance: z.string().nullable(),
  maintenance_until: time,
  since: time,
  checked_at: time,
  latency_ms: z.number().nullable(),
  checks: z.array(checkView),
});

export type ComponentView = z.infer<typeof componentView>;

/** Answers all components in the order of the configuration, each with the last results of its checks. */
export const listComponents = defineAction({
  name: 'components.list',
  summary: 'List the components with their status and the last results of their checks',
  input: z.strictObject({}),
  output: z.object({ data: z.array(componentView) }),
  entitlement: healthEntitlement,
  http: { method: 'GET', path: '/v1/components' },
  cli: { command: 'components list' },
  async run(ctx: FlowCtx) {
    return { data: (await readHealth(ctx, ctx.config.components, 'last')).map(toView) };
  },
});

/** Runs the checks of one component now; nothing of it counts toward `failures_to_down`. */
export const runChecks = defineAction({
  name: 'checks.run',
  summary: 'Run the checks of a component now and show what they found',
  input: z.strictObject({ id: text(100, 1) }),
  output: componentView,
  entitlement: healthEntitlement,
  http: { method: 'POST', path: '/v1/components/:id/check' },
  cli: { command: 'components check', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    return toView(await readComponentHealth(ctx, id, 'fresh'));
  },
});

function toView({ component, shown, maintenance, records }: ComponentHealth): ComponentView {
  const { id, name, group, description, critical, dependsOn, checks } = component;
  return {
    id,
    name,
    group,
    description,
    critical,
    public: component.public,
    depends_on: [...dependsOn],
    status: shown.status,
    reason: shown.reason,
    detail: shown.detail,
    maintenance: maintenance?.name ?? null,
    maintenance_until: toIso(maintenance?.untilMs ?? null),
    since: toIso(shown.since),
    checked_at: toIso(shown.checkedAt),
    latency_ms: shown.latencyMs,
    checks: checks.map((check) => toCheckView(check, records.get(check.name) ?? null)),
  };
}

function toCheckView(check: CheckConfig, record: CheckRecord | null): ComponentView['checks'][number] {
  const { name, kind, intervalMs } = check;
  const interval_seconds = intervalMs === null ? null : intervalMs / 1000;
  if (!record) {
    const nothing = { detail: null, since: null, checked_at: null, latency_ms: null, last_good: null };
    return {
      name,
      kind,
      interval_seconds,
      status: 'unknown',
      reason: 'no_data',
      consecutive_failures: 0,
      ...nothing,
    };
  }
  const { lastGood } = record;
  return {
    name,
    kind,
    interval_seconds,
    status: record.status,
    reason: record.reason,
    detail: record.detail,
    since: toIso(record.since),
    checked_at: toIso(record.checkedAt),
    latency_ms: record.latencyMs,
    consecutive_failures: record.consecutiveFailures,
    last_good: lastGood && { at: toIso(lastGood.at), latency_ms: lastGood.latencyMs },
  };
}
