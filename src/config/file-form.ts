import { writeBytes } from '../core/bytes.ts';
import { matchForm } from '../core/match.ts';
import type { MetricRule } from '../core/metric-rules.ts';
import { durationText, type FileForm, mapValues, withoutNulls } from './form.ts';
import { holdingForm } from './holding-form.ts';
import { notifyForm, onCallForm } from './people-form.ts';
import { quietHoursForm } from './schema/quiet-hours.ts';
import { listenText } from './schema/server.ts';
import type {
  ChannelConfig,
  CheckConfig,
  ComponentConfig,
  Config,
  RouteConfig,
  ServerConfig,
  WatchdogConfig,
  WebhookConfig,
} from './types.ts';

/** Answers the part of a Config that tocsin.yaml can say; reading it again gives the same Config. */
export function tocsinFileForm(config: Config): FileForm {
  return {
    server: serverForm(config.server),
    components: config.components.map(componentForm),
    ...(config.guard && { guard: checkForm(config.guard) }),
    sources: mapValues(config.sources, durationText),
    channels: mapValues(config.channels, channelForm),
    routes: config.routes.map(routeForm),
    ...holdingForm(config),
    webhooks: mapValues(config.webhooks, webhookForm),
    kinds: config.kinds,
    metrics: mapValues(config.metrics, metricForm),
    retention: {
      alerts: durationText(config.retention.alertsMs),
      runs: durationText(config.retention.runsMs),
      notifications: durationText(config.retention.notificationsMs),
      artifacts: {
        age: durationText(config.retention.artifacts.ageMs),
        size: writeBytes(config.retention.artifacts.sizeBytes),
      },
    },
    notify: notifyForm(config.notify),
    oncall: onCallForm(config.onCall),
    ...(config.watchdog && { watchdog: watchdogForm(config.watchdog) }),
  };
}

function metricForm({ isWhole, ...rest }: MetricRule): FileForm {
  return withoutNulls({ ...rest, whole: isWhole });
}

function watchdogForm({ url, intervalMs }: WatchdogConfig): FileForm {
  return { url, interval: durationText(intervalMs) };
}

/** Answers the policy as incident_escalation_policy.yml has it. */
export function escalationFileForm({ defaults, rules }: Config['escalation']): FileForm {
  return {
    defaults: {
      no_alerts_minutes: defaults.noAlertsMs / 60_000,
      auto_close: defaults.autoClose,
      severity_cap: defaults.severityCap,
    },
    escalation: rules.map(({ name, from, to, occurrences60m, triageCount24h, followup }) =>
      withoutNulls({
        name,
        from,
        to,
        when: withoutNulls({ occurrences_60m: occurrences60m, triage_count_24h: triageCount24h }),
        followup: followup && {
          title: followup.title,
          priority: followup.priority,
          due_hours: followup.dueMs / 3_600_000,
          owner: followup.owner,
        },
      }),
    ),
  };
}

function serverForm(server: ServerConfig): FileForm {
  return withoutNulls({
    listen: listenText(server),
    public_url: server.publicUrl,
    metrics_listen: server.metricsListen && listenText(server.metricsListen),
    public_rate_limit: server.publicRateLimitPerMinute,
    public_metrics: server.publicMetrics,
    loopback_role: server.loopbackRole ?? 'off',
    shutdown_timeout: durationText(server.shutdownTimeoutMs),
  });
}

function componentForm(component: ComponentConfig): FileForm {
  const { dependsOn, checks, ...rest } = component;
  return withoutNulls({ ...rest, depends_on: dependsOn, checks: checks.map(checkForm) });
}

function checkForm(check: CheckConfig): FileForm {
  return withoutNulls({
    name: check.name,
    kind: check.kind,
    ...targetForm(check),
    interval: check.intervalMs === null ? 'on_demand' : durationText(check.intervalMs),
    timeout: durationText(check.timeoutMs),
    retries: check.retries,
    failures_to_down: check.failuresToDown,
    successes_to_recover: check.successesToRecover,
    k_of_n: check.kOfN,
    cache_seconds: check.cacheMs / 1000,
    conditions: check.conditions,
    degraded: check.degraded,
  });
}

function targetForm(check: CheckConfig): FileForm {
  switch (check.kind) {
    case 'http':
      return {
        url: check.url,
        method: check.method,
        headers: check.headers,
        body: check.body,
        follow_redirects: check.followRedirects,
        tls_verify: check.tlsVerify,
      };
    case 'tcp':
      return { host: check.host, port: check.port, send: check.send, expect: check.expect };
    case 'command':
      return { command: check.argv, env: check.env, cwd: check.cwd };
    case 'firestore': {
      const { project, database, document } = check;
      return { base_url: check.baseUrl, project, database, document };
    }
    default:
      return { base_url: check.baseUrl };
  }
}

function channelForm(channel: ChannelConfig): FileForm {
  switch (channel.type) {
    case 'log':
      return { type: channel.type };
    case 'webhook': {
      const { timeoutMs, ...rest } = channel;
      return withoutNulls({ ...rest, timeout: durationText(timeoutMs) });
    }
    case 'telegram':
      return withoutNulls({ type: channel.type, channel: channel.channel, api_root: channel.apiRoot });
  }
}

function webhookForm({ proof, mapping, defaults, severities }: WebhookConfig): FileForm {
  const { kind, toleranceMs, ...rest } = { toleranceMs: null, ...proof };
  const tolerance = toleranceMs === null ? null : durationText(toleranceMs);
  return withoutNulls({ verify: kind, ...rest, tolerance, mapping, defaults, severities });
}

function routeForm(route: RouteConfig): FileForm {
  return withoutNulls({
    name: route.name,
    match: matchForm(route.match),
    channels: route.channels,
    group_wait: route.groupWaitMs === null ? null : durationText(route.groupWaitMs),
    severity_floor: route.severityFloor,
    send_resolved: route.sendResolved,
    dedupe_ttl_minutes: route.dedupeTtlMs === null ? null : route.dedupeTtlMs / 60_000,
    repeat_interval: route.repeatIntervalMs === null ? 'off' : durationText(route.repeatIntervalMs),
    quiet_hours: route.quietHours && quietHoursForm(route.quietHours),
    continue: route.continue,
  });
}
