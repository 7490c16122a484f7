import { hideSecret, hideValues, redactMap, redactText, redactUrl, redactWebhookUrl } from './redact.ts';
import type {
  ChannelConfig,
  CheckConfig,
  Config,
  JobsConfig,
  StoreConfig,
  TelegramEnvironment,
} from './types.ts';

/** Answers the configuration with tokens, secrets, passwords in URLs and credentials in headers hidden, fit to be shown. */
export function redactConfig(config: Config): Config {
  return {
    ...config,
    store: redactStore(config.store),
    components: config.components.map((component) => ({
      ...component,
      checks: component.checks.map(redactCheck),
    })),
    guard: config.guard && redactCheck(config.guard),
    channels: Object.fromEntries(
      Object.entries(config.channels).map(([name, channel]) => [name, redactChannel(channel)]),
    ),
    webhooks: Object.fromEntries(
      Object.entries(config.webhooks).map(([name, { proof, ...rest }]) => [
        name,
        { ...rest, proof: { ...proof, secret: hideSecret(proof.secret) } },
      ]),
    ),
    github: { webhookSecret: hideSecret(config.github.webhookSecret) },
    metricsApiToken: hideSecret(config.metricsApiToken),
    metricsApiUrl: config.metricsApiUrl && redactUrl(config.metricsApiUrl),
    jobs: redactJobs(config.jobs),
    watchdog: config.watchdog && { ...config.watchdog, url: redactWebhookUrl(config.watchdog.url) },
    redis: config.redis && { url: redactUrl(config.redis.url) },
    sentry: config.sentry && { ...config.sentry, dsn: redactUrl(config.sentry.dsn) },
    telegram: redactTelegram(config.telegram),
    llm: config.llm && {
      ...config.llm,
      apiKey: hideSecret(config.llm.apiKey),
      baseUrl: redactUrl(config.llm.baseUrl),
    },
  };
}

function redactStore(store: StoreConfig): StoreConfig {
  return store.backend === 'postgres' ? { ...store, dsn: redactUrl(store.dsn) } : store;
}

function redactCheck(check: CheckConfig): CheckConfig {
  switch (check.kind) {
    case 'http':
      return {
        ...check,
        url: redactUrl(check.url),
        headers: redactMap(check.headers),
        body: check.body === null ? null : redactText(check.body),
      };
    case 'tcp':
      return { ...check, send: check.send === null ? null : redactText(check.send) };
    case 'command':
      return { ...check, argv: check.argv.map(redactText), env: hideValues(check.env) };
    case 'firestore': {
      const { account } = check;
      return { ...check, account: account && { ...account, privateKey: hideSecret(account.privateKey) } };
    }
    default:
      return { ...check, apiKey: hideSecret(check.apiKey) };
  }
}

function redactChannel(channel: ChannelConfig): ChannelConfig {
  if (channel.type !== 'webhook') return channel;
  return {
    ...channel,
    url: redactWebhookUrl(channel.url),
    secret: hideSecret(channel.secret),
    headers: redactMap(channel.headers),
  };
}

// What scripts are told is mostly no secret, and hiding all of it would hide it in their output too.
function redactJobs(jobs: JobsConfig): JobsConfig {
  return {
    ...jobs,
    postCommand: jobs.postCommand === null ? null : jobs.postCommand.map(redactText),
    profiles: jobs.profiles.map((profile) => ({
      ...profile,
      env: redactMap(profile.env),
      tasks: profile.tasks.map((task) => ({
        ...task,
        argv: task.argv.map(redactText),
        env: redactMap(task.env),
      })),
    })),
  };
}

function redactTelegram(telegram: TelegramEnvironment): TelegramEnvironment {
  return {
    ...telegram,
    defaultToken: hideSecret(telegram.defaultToken),
    tokens: hideValues(telegram.tokens),
  };
}
