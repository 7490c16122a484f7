import { stringify } from 'yaml';
import { escalationFileForm, tocsinFileForm } from './file-form.ts';
import { durationText, type FileForm } from './form.ts';
import { intelligenceFileForm } from './intelligence.ts';
import { describeJobs, jobsFileForm } from './jobs/show.ts';
import { policyFileForm } from './policy-form.ts';
import { isPreset, missingVariable } from './presets.ts';
import { redactUrl, redactWebhookUrl } from './redact.ts';
import { redactConfig } from './redact-config.ts';
import { quietHoursForm } from './schema/quiet-hours.ts';
import { listenText } from './schema/server.ts';
import type { ComponentConfig, Config, RouteConfig } from './types.ts';

/** Answers the effective configuration as YAML or JSON, in the words of the files, with secrets hidden. */
export function showConfig(config: Config, format: 'yaml' | 'json' = 'yaml'): string {
  const form = effectiveForm(redactConfig(config));
  return format === 'json' ? `${JSON.stringify(form, null, 2)}\n` : stringify(form, { lineWidth: 110 });
}

function effectiveForm(config: Config): FileForm {
  return {
    files: config.files,
    ...tocsinFileForm(config),
    jobs: { file: config.jobs.path, checkout: config.jobs.repoDir, ...jobsFileForm(config.jobs) },
    policy: policyFileForm(config.policy),
    intelligence: intelligenceFileForm(config.intelligence),
    runbooks: config.runbooks.map(({ file, title }) => ({ file, title })),
    escalation: escalationFileForm(config.escalation),
    environment: environmentForm(config),
  };
}

function environmentForm({ state, log, rateLimit, llm, sentry, ...config }: Config): FileForm {
  return {
    data_dir: config.dataDir,
    store: config.store,
    state: {
      backend: state.backend,
      dir: state.dir,
      dual_write: state.isDualWrite,
      cache_file: state.cacheFile,
      nonce_file: state.nonceFile,
    },
    log: { level: log.level, requests: log.requests, health_requests: log.healthRequests },
    rate_limit: { max: rateLimit.maxRequests, window: durationText(rateLimit.windowMs) },
    redis_url: config.redis?.url ?? null,
    github_webhook_secret: config.github.webhookSecret,
    metrics_api_token: config.metricsApiToken,
    metrics_api_url: config.metricsApiUrl,
    sentry: sentry && {
      dsn: sentry.dsn,
      environment: sentry.environment,
      traces_sample_rate: sentry.tracesSampleRatio,
    },
    telegram: telegramForm(config.telegram),
    llm: llm && { provider: llm.provider, model: llm.model, base_url: llm.baseUrl, api_key: llm.apiKey },
  };
}

function telegramForm(telegram: Config['telegram']): FileForm {
  return {
    default_token: telegram.defaultToken,
    tokens: telegram.tokens,
    chat_ids: telegram.chatIds,
    topic_ids: telegram.topicIds,
    topics_chat_id: telegram.topicsChatId,
    test_chat_id: telegram.testChatId,
  };
}

/** Answers a summary of a valid configuration, a line a part. */
export function describeConfig(config: Config): string {
  const lines: [string, string][] = [
    ['files', config.files.join(', ') || 'none: all defaults'],
    ['components', describeComponents(config)],
    ...describeGuard(config),
    ['sources', Object.keys(config.sources).join(', ') || 'none'],
    ['channels', describeChannels(config)],
    ['routes', describeRoutes(config)],
    ...describeSteps(config),
    ...describeOnCall(config),
    ['silences', config.silences.map(({ name }) => name).join(', ') || 'none'],
    ['maintenance', config.maintenance.map(({ name }) => name).join(', ') || 'none'],
    ['inhibitions', config.inhibitions.map(({ name }) => name).join(', ') || 'none'],
    ['webhooks', describeWebhooks(config)],
    ['jobs', describeJobs(config.jobs)],
    ['policy', describePolicy(config)],
    ['digest', describeDigest(config)],
    ['runbooks', config.runbooks.map(({ title }) => title).join(', ') || 'none'],
    ['escalation', describeEscalation(config)],
    ['store', describeStore(redactConfig(config))],
    ['listen', `${listenText(config.server)}, public as ${config.server.publicUrl}`],
  ];
  const { metricsListen } = config.server;
  if (config.redis) lines.push(['redis', redactUrl(config.redis.url)]);
  if (config.sentry)
    lines.push(['sentry', `${redactUrl(config.sentry.dsn)} as ${config.sentry.environment}`]);
  if (metricsListen) lines.push(['metrics', `${listenText(metricsListen)}, in every role`]);
  if (config.llm) lines.push(['summaries', `${config.llm.model} at ${redactUrl(config.llm.baseUrl)}`]);
  if (config.watchdog) {
    const { url, intervalMs } = config.watchdog;
    lines.push(['watchdog', `${redactWebhookUrl(url)} every ${durationText(intervalMs)}`]);
  }
  if (config.notify.dryRun) lines.push(['dry run', 'messages are recorded and none is sent']);
  return lines.map(([part, words]) => `${part.padEnd(12)}${words}`).join('\n');
}

function describeComponents({ components }: Config): string {
  const checks = components.reduce((count, component) => count + component.checks.length, 0);
  const names = components.map(describeComponent).join(', ');
  return components.length === 0 ? 'none' : `${components.length} with ${plural(checks, 'check')}: ${names}`;
}

function describeComponent({ id, checks }: ComponentConfig): string {
  const missing = new Set(checks.flatMap((check) => (isPreset(check) ? (missingVariable(check) ?? []) : [])));
  return missing.size > 0 ? `${id} (not set: ${[...missing].join(', ')})` : id;
}

/** A line only where there is one. */
function describeGuard({ guard }: Config): [string, string][] {
  return guard?.intervalMs
    ? [['guard', `${guard.kind} check ${guard.name} every ${durationText(guard.intervalMs)}`]]
    : [];
}

function describeChannels(config: Config): string {
  const words = Object.entries(config.channels).map(([name, channel]) => {
    const missing = channel.type === 'telegram' ? missingTelegram(config, channel.channel) : [];
    return `${name} (${channel.type}${missing.length > 0 ? `, not set: ${missing.join(', ')}` : ''})`;
  });
  return words.join(', ') || 'none: nobody is told of anything';
}

function missingTelegram({ telegram }: Config, channel: string): string[] {
  const hasToken = telegram.defaultToken !== null || telegram.tokens[channel] !== undefined;
  const hasTopic = telegram.topicIds[channel] !== undefined && telegram.topicsChatId !== null;
  const hasChat = telegram.testChatId !== null || hasTopic || telegram.chatIds[channel] !== undefined;
  return [
    ...(hasToken ? [] : [`TELEGRAM_BOT_TOKEN_${channel}`]),
    ...(hasChat ? [] : [`TELEGRAM_CHAT_ID_${channel}`]),
  ];
}

function describeRoutes({ routes }: Config): string {
  const words = routes.map(
    (route) => `${route.name} → ${route.channels.join(' + ') || 'nobody'}${describeQuietHours(route)}`,
  );
  return words.join(', ') || 'none: nobody is told of anything';
}

/** A line only where somebody is told of what nobody acknowledges. */
function describeSteps({ notify: { escalation } }: Config): [string, string][] {
  const words = escalation.map(
    ({ afterMs, channels }) => `${durationText(afterMs)} → ${channels.join(' + ')}`,
  );
  return words.length === 0 ? [] : [['steps', `not acknowledged after ${words.join(', ')}`]];
}

function describeQuietHours({ quietHours }: RouteConfig): string {
  if (!quietHours) return '';
  const { from, to, timezone, days } = quietHoursForm(quietHours);
  return ` (quiet ${from}–${to} ${timezone}${days ? ` on ${days.join(' ')}` : ''})`;
}

function describeOnCall({ onCall }: Config): [string, string][] {
  const words = onCall.map(
    ({ name, people, shiftMs }) => `${name} (${people.join(', ')}; ${durationText(shiftMs)} each)`,
  );
  return words.length === 0 ? [] : [['on call', words.join(', ')]];
}

function describeWebhooks({ webhooks }: Config): string {
  const words = Object.entries(webhooks).map(
    ([name, { proof }]) =>
      `${name} (${proof.kind}${proof.secret === null ? ', refuses everything: its secret is not set' : ''})`,
  );
  return words.join(', ') || 'none';
}

function describePolicy(config: Config): string {
  const isFile = config.files.some((path) => path.endsWith('alert_routing_policy.yml'));
  return `${plural(config.policy.rules.length, 'rule')}, ${isFile ? 'from the file' : 'built in'}`;
}

function describeEscalation({ files, escalation }: Config): string {
  const isFile = files.some((path) => path.endsWith('incident_escalation_policy.yml'));
  return `${plural(escalation.rules.length, 'rule')}, ${isFile ? 'from the file' : 'built in'}`;
}

function describeDigest({ intelligence: { digest } }: Config): string {
  return digest.route === null
    ? 'no weekly digest'
    : `every week to route ${digest.route}, ${digest.weekday} ${digest.time} UTC`;
}

function describeStore({ store }: Config): string {
  switch (store.backend) {
    case 'sqlite':
      return `SQLite at ${store.path}`;
    case 'memory':
      return 'SQLite in memory: nothing survives a restart';
    case 'postgres':
      return `PostgreSQL at ${store.dsn}`;
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
