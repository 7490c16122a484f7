import { parseDurationMs } from '../core/duration.ts';
import { type PresetEnvironment, readPresets } from './preset-environment.ts';
import type { Problem } from './problem.ts';
import { isSecretName, redactUrl } from './redact.ts';
import { readRedis } from './redis.ts';
import { readSentry } from './sentry.ts';
import { suggestText } from './suggest.ts';
import type {
  LlmConfig,
  LogLevel,
  RedisConfig,
  SentryConfig,
  StateConfig,
  TelegramEnvironment,
} from './types.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Where a value was given, for messages. */
export type Origin = Pick<Problem, 'file' | 'line'>;

/** The variables that are set, with a way to say where each comes from. */
export type Environment = { values: Env; origin(name: string): Origin };

/** The address of a database, as it was given. */
export type NamedDsn = { name: string; value: string; origin: Origin };

/** What the environment says; null: nothing. */
export type EnvironmentSettings = {
  backend: 'auto' | 'memory' | 'sqlite' | 'postgres';
  dsn: NamedDsn | null;
  dataDir: string | null;
  repoDir: string | null;
  state: Omit<StateConfig, 'dir'> & { dir: string | null };
  host: string | null;
  port: number | null;
  rateLimitMaxRequests: number;
  rateLimitWindowMs: number;
  alertsRetentionMs: number | null;
  metricsApiToken: string | null;
  metricsApiUrl: string | null;
  githubWebhookSecret: string | null;
  redis: RedisConfig | null;
  sentry: SentryConfig | null;
  logLevel: LogLevel;
  /** True where a person asked for `debug`, which sends no messages. */
  isDebugAsked: boolean;
  logRequests: boolean;
  logHealthRequests: boolean;
  telegram: TelegramEnvironment;
  llm: Pick<LlmConfig, 'provider' | 'apiKey'> & { model: string | null; baseUrl: string | null };
  presets: PresetEnvironment;
};

/** Reads variables; those that are wrong become problems. */
export type Reader = {
  get(name: string): string | null;
  refuse(name: string, expected: string, message?: string): void;
  /** Null where it is not set, or wrong. */
  wholeNumber(name: string, min: number, max: number): number | null;
};

const backends = ['auto', 'memory', 'sqlite', 'postgres'] as const;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const satisfies readonly LogLevel[];
const stateBackends = ['sqlite', 'file'] as const;
const llmProviders = ['openai', 'anthropic'] as const;
const dayMs = 86_400_000;
const longestDays = 36_500;

/** Reads all variables but the one that names the file. Every bad value is a problem; an empty one counts as not set. */
export function readEnvironment(environment: Environment): {
  settings: EnvironmentSettings;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const reader = createReader(environment, problems);
  const { get, wholeNumber } = reader;
  const settings: EnvironmentSettings = {
    ...readLogLevel(reader),
    backend: oneOf(reader, 'ALERT_BACKEND', backends) ?? 'auto',
    dsn: findDsn(environment, reader),
    dataDir: get('TOCSIN_DATA_DIR'),
    repoDir: get('REPO_DIR'),
    state: readState(reader),
    host: readHost(reader),
    port: wholeNumber('MONITORING_API_PORT', 0, 65_535),
    rateLimitMaxRequests: wholeNumber('RATE_LIMIT_MAX', 1, 1_000_000) ?? 5,
    rateLimitWindowMs: secondsOrDuration(reader, 'RATE_LIMIT_WINDOW') ?? 60_000,
    alertsRetentionMs: days(reader, 'ALERTS_RETENTION_DAYS'),
    metricsApiToken: get('METRICS_API_TOKEN'),
    metricsApiUrl: httpUrl(reader, 'METRICS_API_URL'),
    githubWebhookSecret: get('GITHUB_WEBHOOK_SECRET'),
    redis: readRedis(reader),
    sentry: readSentry(reader),
    logRequests: flag(reader, 'LOG_REQUESTS'),
    logHealthRequests: flag(reader, 'LOG_HEALTH_REQUESTS'),
    telegram: readTelegram(environment.values, reader),
    llm: readLlm(reader),
    presets: readPresets(reader),
  };
  return { settings, problems };
}

function readLogLevel(reader: Reader): Pick<EnvironmentSettings, 'logLevel' | 'isDebugAsked'> {
  const asked = oneOf(reader, 'LOG_LEVEL', logLevels);
  const usual = reader.get('NODE_ENV') === 'development' ? 'debug' : 'info';
  return { logLevel: asked ?? usual, isDebugAsked: asked === 'debug' };
}

/** Answers what reads variables and notes those that are wrong. */
export function createReader({ values, origin }: Environment, problems: Problem[]): Reader {
  const get = (name: string) => values[name]?.trim() || null;
  const refuse = (name: string, expected: string, message = '') => {
    const value = get(name) ?? '';
    // Where it is no URL with a host nobody knows which part is a password.
    const isUrl = URL.canParse(value) && value.includes('://');
    const isHidden = isSecretName(name) || (value.includes('@') && !isUrl);
    const found = isHidden ? 'a text (not shown)' : JSON.stringify(redactUrl(value).slice(0, 80));
    problems.push({ ...origin(name), key: name, found, expected, message });
  };
  return {
    get,
    refuse,
    wholeNumber: (name, min, max) => readWholeNumber({ get, refuse }, name, min, max),
  };
}

function findDsn(environment: Environment, reader: Reader): NamedDsn | null {
  for (const name of ['ALERT_DATABASE_URL', 'DATABASE_URL']) {
    const value = reader.get(name);
    if (value !== null) return { name, value, origin: environment.origin(name) };
  }
  return null;
}

function oneOf<Word extends string>(reader: Reader, name: string, words: readonly Word[]): Word | null {
  const value = reader.get(name);
  if (value === null) return null;
  const word = words.find((candidate) => candidate === value.toLowerCase());
  if (word === undefined) reader.refuse(name, `one of ${words.join(', ')}`, suggestText(value, words));
  return word ?? null;
}

function readWholeNumber(
  reader: Omit<Reader, 'wholeNumber'>,
  name: string,
  min: number,
  max: number,
): number | null {
  const value = reader.get(name);
  if (value === null) return null;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  reader.refuse(name, `a whole number from ${min} to ${max}`);
  return null;
}

function secondsOrDuration(reader: Reader, name: string): number | null {
  const value = reader.get(name);
  if (value === null) return null;
  const ms = /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) * 1000 : parseDurationMs(value);
  if (ms !== null && ms >= 1000 && ms <= dayMs) return Math.round(ms);
  reader.refuse(name, 'seconds or a duration, such as 60 or 5m, at least 1s and at most 1d');
  return null;
}

function days(reader: Reader, name: string): number | null {
  const amount = reader.wholeNumber(name, 1, longestDays);
  return amount === null ? null : amount * dayMs;
}

function flag(reader: Reader, name: string): boolean {
  const value = reader.get(name)?.toLowerCase() ?? 'false';
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (!['false', '0', 'no', 'off'].includes(value)) reader.refuse(name, 'true or false');
  return false;
}

function httpUrl(reader: Reader, name: string): string | null {
  const url = reader.get(name);
  if (url === null || (URL.canParse(url) && /^https?:\/\/[^/]/i.test(url))) return url;
  reader.refuse(name, 'a URL that begins with http:// or https://');
  return null;
}

function readHost(reader: Reader): string | null {
  const host = reader.get('MONITORING_API_HOST')?.replace(/^\[(.*)\]$/, '$1') ?? null;
  if (host === null || /^[^\s/[\]]+$/.test(host)) return host;
  reader.refuse('MONITORING_API_HOST', 'a host or an address, such as 127.0.0.1');
  return null;
}

function readLlm(reader: Reader): EnvironmentSettings['llm'] {
  return {
    provider: oneOf(reader, 'LLM_PROVIDER', llmProviders) ?? 'openai',
    apiKey: reader.get('LLM_API_KEY'),
    model: reader.get('LLM_MODEL'),
    baseUrl: httpUrl(reader, 'LLM_BASE_URL'),
  };
}

function readState(reader: Reader): EnvironmentSettings['state'] {
  return {
    backend: oneOf(reader, 'CACHE_BACKEND', stateBackends) === 'file' ? 'file' : 'database',
    dir: reader.get('CACHE_DIR'),
    isDualWrite: flag(reader, 'CACHE_DUAL_WRITE_LEGACY'),
    cacheFile: reader.get('CACHE_FILENAME'),
    nonceFile: reader.get('NONCE_FILENAME'),
  };
}

function readTelegram(values: Env, reader: Reader): TelegramEnvironment {
  const byChannel = (prefix: string, notChannel = ''): Record<string, string> => {
    const entries = Object.keys(values).flatMap((name): [string, string][] => {
      const channel = name.startsWith(prefix) ? name.slice(prefix.length).toUpperCase() : '';
      const value = reader.get(name);
      return channel === notChannel || channel === '' || value === null ? [] : [[channel, value]];
    });
    return Object.fromEntries(entries);
  };
  const topicIds = byChannel('TELEGRAM_TOPIC_ID_');
  for (const [channel, topicId] of Object.entries(topicIds)) {
    if (!/^\d{1,15}$/.test(topicId)) reader.refuse(`TELEGRAM_TOPIC_ID_${channel}`, 'the number of a topic');
  }
  return {
    defaultToken: reader.get('TELEGRAM_BOT_TOKEN_DEFAULT'),
    tokens: byChannel('TELEGRAM_BOT_TOKEN_', 'DEFAULT'),
    chatIds: byChannel('TELEGRAM_CHAT_ID_', 'TOPICS'),
    topicIds,
    topicsChatId: reader.get('TELEGRAM_CHAT_ID_TOPICS'),
    testChatId: reader.get('TELEGRAM_TEST_CHAT_ID'),
  };
}
