import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Tocsin counts about itself. Each metric is fed by the part that its name says; nothing is counted twice. */
export type Metrics = {
  readonly registry: Registry;
  readonly alertsIngested: Counter<'result'>;
  readonly incidentsOpened: Counter;
  readonly notifications: Counter<'channel' | 'status'>;
  /** From the report to the message on its way. */
  readonly notifyLatencySeconds: Histogram;
  readonly webhooks: Counter<'webhook' | 'result'>;
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpDurationSeconds: Histogram<'method' | 'route'>;
  readonly checks: Counter<'component' | 'check' | 'status'>;
  readonly checkDurationSeconds: Histogram<'component' | 'check'>;
  readonly guardOnline: Gauge<'guard'>;
  readonly supervisorPassSeconds: Histogram;
  readonly profileTicks: Counter<'profile' | 'outcome'>;
  readonly runs: Counter<'profile' | 'status'>;
};

/** Answers metrics in a registry of their own, with those of the process (CPU, memory, event loop) beside them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    alertsIngested: new Counter({
      name: 'tocsin_alerts_ingested_total',
      help: 'Alert reports from outside, not those of checks and tasks, by what became of them: accepted, deduped, invalid, ignored.',
      labelNames: ['result'],
      registers,
    }),
    incidentsOpened: new Counter({
      name: 'tocsin_incidents_opened_total',
      help: 'Incidents that were opened.',
      registers,
    }),
    notifications: new Counter({
      name: 'tocsin_notifications_total',
      help: 'Messages by channel and by what became of them.',
      labelNames: ['channel', 'status'],
      registers,
    }),
    notifyLatencySeconds: new Histogram({
      name: 'tocsin_notify_latency_seconds',
      help: 'Seconds from the report that a message tells of, where it is the first word of it, else from its making, to the attempt that delivered it; the wait that its route asks for does not count.',
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    ...createHttpMetrics(registers),
    ...createLoopMetrics(registers),
  };
}

function createHttpMetrics(registers: Registry[]) {
  return {
    httpRequests: new Counter({
      name: 'tocsin_http_requests_total',
      help: 'HTTP requests by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    webhooks: new Counter({
      name: 'tocsin_webhook_deliveries_total',
      help: 'Deliveries of webhooks by what became of them: taken, repeated, refused, failed.',
      labelNames: ['webhook', 'result'],
      registers,
    }),
    httpDurationSeconds: new Histogram({
      name: 'tocsin_http_request_duration_seconds',
      help: 'Seconds from the head of a request to the end of its answer.',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
  };
}

function createLoopMetrics(registers: Registry[]) {
  return {
    runs: new Counter({
      name: 'tocsin_runs_total',
      help: 'Runs of profiles that ended in this process or were skipped by it, by profile and status.',
      labelNames: ['profile', 'status'],
      registers,
    }),
    checks: new Counter({
      name: 'tocsin_checks_total',
      help: 'Checks that were run, by component, check and status.',
      labelNames: ['component', 'check', 'status'],
      registers,
    }),
    checkDurationSeconds: new Histogram({
      name: 'tocsin_check_duration_seconds',
      help: 'Seconds that a check took.',
      labelNames: ['component', 'check'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    guardOnline: new Gauge({
      name: 'tocsin_guard_online',
      help: 'Whether Tocsin is online by what the guard last said, 1 or 0, where a guard is configured and this process runs the checks.',
      labelNames: ['guard'],
      registers,
    }),
    profileTicks: new Counter({
      name: 'tocsin_profile_ticks_total',
      help: 'Ticks of the schedule by what became of them: ended, locked, taken (by another process), missed, failed and others.',
      labelNames: ['profile', 'outcome'],
      registers,
    }),
    supervisorPassSeconds: new Histogram({
      name: 'tocsin_supervisor_pass_seconds',
      help: 'Seconds that one pass of the supervisor took.',
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  } satisfies Partial<Metrics>;
}
