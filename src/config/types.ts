import type { FactsMatch } from '../core/match.ts';
import type { MetricRule } from '../core/metric-rules.ts';
import type { QuietHours } from '../core/quiet-hours.ts';
import type { KOfN } from '../core/recent-results.ts';
import type { RoleName } from '../core/role-names.ts';
import type { Severity } from '../core/severity.ts';
import type { NotifyConfig } from './climb-types.ts';
import type { EscalationPolicy } from './escalation-types.ts';
import type { InhibitionConfig, MaintenanceConfig, SilenceConfig } from './holding-types.ts';
import type { JobsConfig, StateConfig } from './jobs-types.ts';
import type { ScheduleConfig } from './oncall-types.ts';
import type { RoutingPolicy } from './policy-types.ts';
import type { PresetTarget } from './preset-types.ts';
import type { IntelligencePolicy, LlmConfig, RunbookConfig } from './triage-types.ts';
import type { WebhookConfig } from './webhook-types.ts';

export type * from './climb-types.ts';
export type * from './escalation-types.ts';
export type * from './holding-types.ts';
export type * from './jobs-types.ts';
export type * from './oncall-types.ts';
export type * from './policy-types.ts';
export type * from './preset-types.ts';
export type * from './triage-types.ts';
export type * from './trigger-types.ts';
export type * from './webhook-types.ts';

/** The effective configuration: read once, validated whole, frozen. Times are milliseconds. */
export type Config = {
  /** Absolute paths of the files that were read, in order. */
  files: readonly string[];
  /** Absolute paths of the files whose appearance or change means another configuration. */
  watchedFiles: readonly string[];
  dataDir: string;
  store: StoreConfig;
  server: ServerConfig;
  components: readonly ComponentConfig[];
  /** Says whether Tocsin itself is online, on an interval; null: nothing does. */
  guard: CheckConfig | null;
  /** Expected senders and how often each is heard, in milliseconds. */
  sources: Readonly<Record<string, number>>;
  channels: Readonly<Record<string, ChannelConfig>>;
  /** In order; the first match wins unless the route says `continue`. */
  routes: readonly RouteConfig[];
  silences: readonly SilenceConfig[];
  maintenance: readonly MaintenanceConfig[];
  inhibitions: readonly InhibitionConfig[];
  /** By the name in their address. */
  webhooks: Readonly<Record<string, WebhookConfig>>;
  jobs: JobsConfig;
  state: StateConfig;
  /** Kinds of alerts beyond the built-in ones. */
  kinds: readonly string[];
  /** Metrics of runs beyond the known ones, by name. */
  metrics: Readonly<Record<string, MetricRule>>;
  /** What senders of metrics show that have no token of Tocsin; null: there are none. */
  metricsApiToken: string | null;
  /** Where tasks are told to record metrics; null: `server.publicUrl`. */
  metricsApiUrl: string | null;
  retention: RetentionConfig;
  policy: RoutingPolicy;
  intelligence: IntelligencePolicy;
  /** Of the folder `runbooks` beside tocsin.yaml, by file name. */
  runbooks: readonly RunbookConfig[];
  escalation: EscalationPolicy;
  notify: NotifyConfig;
  /** In order; the first one's people own what escalation leaves to do. */
  onCall: readonly ScheduleConfig[];
  /** Null: nobody outside watches. */
  watchdog: WatchdogConfig | null;
  log: { level: LogLevel; requests: boolean; healthRequests: boolean; pretty: boolean };
  /** Of the deliveries of GitHub; a null secret refuses them all. */
  github: { webhookSecret: string | null };
  rateLimit: { maxRequests: number; windowMs: number };
  /** Null: every process keeps its own counts. */
  redis: RedisConfig | null;
  /** Null: errors are told to nobody outside. */
  sentry: SentryConfig | null;
  telegram: TelegramEnvironment;
  /** Null: nothing is generated. */
  llm: LlmConfig | null;
};

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export type StoreConfig =
  | { backend: 'sqlite'; path: string }
  | { backend: 'memory' }
  | { backend: 'postgres'; dsn: string };

/** The address may hold a password. */
export type RedisConfig = { url: string };

/** Where unexpected errors are told, and a share of the times of actions, 0 to 1. */
export type SentryConfig = { dsn: string; environment: string; tracesSampleRatio: number };

/** Port 0 takes any free one. */
type ListenAddress = { host: string; port: number };

export type ServerConfig = ListenAddress & {
  publicUrl: string;
  /** Where health and metrics are served beside, whatever the role; null: nowhere. */
  metricsListen: ListenAddress | null;
  publicRateLimitPerMinute: number;
  publicMetrics: boolean;
  /** Role given to loopback callers without `X-Forwarded-For`; null: none. */
  loopbackRole: RoleName | null;
  shutdownTimeoutMs: number;
};

export type ComponentConfig = {
  id: string;
  name: string;
  group: string | null;
  description: string | null;
  critical: boolean;
  public: boolean;
  dependsOn: readonly string[];
  checks: readonly CheckConfig[];
};

export type CheckConfig = {
  name: string;
  /** Null: run on demand only. */
  intervalMs: number | null;
  timeoutMs: number;
  retries: number;
  failuresToDown: number;
  successesToRecover: number;
  /** How many of its last results, besides so many in a row, make it worse; null: only those in a row. */
  kOfN: KOfN | null;
  /** How long an on-demand answer is kept. */
  cacheMs: number;
  /** Condition texts, each valid; all must hold, else the check is down. */
  conditions: readonly string[];
  /** Condition texts; where one does not hold the check is degraded. */
  degraded: readonly string[];
} & CheckTarget;

export type CheckTarget =
  | {
      kind: 'http';
      url: string;
      method: string;
      headers: Readonly<Record<string, string>>;
      body: string | null;
      followRedirects: boolean;
      tlsVerify: boolean;
    }
  | { kind: 'tcp'; host: string; port: number; send: string | null; expect: string | null }
  | { kind: 'command'; argv: readonly string[]; env: Readonly<Record<string, string>>; cwd: string }
  | PresetTarget;

export type ChannelConfig =
  | { type: 'log' }
  | {
      type: 'webhook';
      url: string;
      secret: string | null;
      headers: Readonly<Record<string, string>>;
      timeoutMs: number;
    }
  /** `channel` is the NAME in TELEGRAM_CHAT_ID_<NAME>; `apiRoot` null: Telegram's own. */
  | { type: 'telegram'; channel: string; apiRoot: string | null };

export type TelegramEnvironment = {
  defaultToken: string | null;
  /** By upper-case channel NAME. */
  tokens: Readonly<Record<string, string>>;
  chatIds: Readonly<Record<string, string>>;
  topicIds: Readonly<Record<string, string>>;
  topicsChatId: string | null;
  testChatId: string | null;
};

export type RouteConfig = {
  name: string;
  match: FactsMatch;
  channels: readonly string[];
  /** Null: 0 for P0 and P1, 30 s otherwise. */
  groupWaitMs: number | null;
  /** The least severe that is sent. */
  severityFloor: Severity;
  sendResolved: boolean;
  /** How long after its last repeat an alert that it takes is still the same problem; null: no word of its own. */
  dedupeTtlMs: number | null;
  /** While they hold, what is not P0 waits for their end; null: there are none. */
  quietHours: QuietHours | null;
  /** How long after its last message what goes on unheard is told again; null: it is not. */
  repeatIntervalMs: number | null;
  continue: boolean;
};

/** Whom to tell that all goes on; the address is a secret. */
export type WatchdogConfig = { url: string; intervalMs: number };

export type RetentionConfig = {
  alertsMs: number;
  runsMs: number;
  notificationsMs: number;
  /** What runs leave on this machine. */
  artifacts: { ageMs: number; sizeBytes: number };
};
