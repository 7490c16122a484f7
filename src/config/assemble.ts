import { isAbsolute, join, resolve } from 'node:path';
import type { EnvironmentSettings } from './environment.ts';
import { equipPreset, type PresetAccess } from './presets.ts';
import type { TocsinFile } from './schema/tocsin.ts';
import type {
  CheckConfig,
  ComponentConfig,
  Config,
  EscalationPolicy,
  IntelligencePolicy,
  JobsConfig,
  LlmConfig,
  RoutingPolicy,
  RunbookConfig,
  ServerConfig,
  StoreConfig,
} from './types.ts';

type Parts = {
  file: TocsinFile;
  settings: EnvironmentSettings;
  access: PresetAccess;
  policy: RoutingPolicy;
  intelligence: IntelligencePolicy;
  runbooks: readonly RunbookConfig[];
  escalation: EscalationPolicy;
  llm: LlmConfig | null;
  jobs: JobsConfig;
  store: StoreConfig;
  dataDir: string;
  /** Where relative paths of the environment start. */
  cwd: string;
  /** Where relative paths of tocsin.yaml start. */
  folder: string;
  /** From a flag. */
  listen: { host: string; port: number } | null;
  files: readonly string[];
  watchedFiles: readonly string[];
  isTerminal: boolean;
};

/** Puts valid parts together: a flag beats the environment, and the environment beats the file. */
export function assemble(parts: Parts): Config {
  const { files, watchedFiles, dataDir, store, jobs, policy, intelligence, runbooks, escalation, llm } =
    parts;
  return {
    ...{ files, watchedFiles, dataDir, store, jobs, policy, intelligence, runbooks, escalation, llm },
    ...takeFromFile(parts),
    ...takeFromEnvironment(parts),
    ...mergeBoth(parts),
  };
}

/** What only tocsin.yaml says, with the keys of the services that its checks ask. */
function takeFromFile({ file, folder, access }: Parts) {
  return {
    components: file.components.map((component) => resolveComponent(component, folder, access)),
    guard: file.guard ? resolveCheck(file.guard, folder) : null,
    sources: file.sources,
    channels: file.channels,
    routes: file.routes,
    silences: file.silences,
    maintenance: file.maintenance,
    inhibitions: file.inhibitions,
    webhooks: file.webhooks,
    kinds: file.kinds,
    metrics: file.metrics,
    watchdog: file.watchdog ?? null,
    onCall: file.oncall,
  };
}

/** What only the environment says. */
function takeFromEnvironment({ settings, cwd, dataDir, isTerminal }: Parts) {
  return {
    state: { ...settings.state, dir: resolve(cwd, settings.state.dir ?? join(dataDir, 'cache')) },
    metricsApiToken: settings.metricsApiToken,
    metricsApiUrl: settings.metricsApiUrl,
    log: {
      level: settings.logLevel,
      requests: settings.logRequests,
      healthRequests: settings.logHealthRequests,
      pretty: isTerminal,
    },
    rateLimit: { maxRequests: settings.rateLimitMaxRequests, windowMs: settings.rateLimitWindowMs },
    github: { webhookSecret: settings.githubWebhookSecret },
    redis: settings.redis,
    sentry: settings.sentry,
    telegram: settings.telegram,
  };
}

/** What both may say. */
function mergeBoth(parts: Parts) {
  const { file, settings } = parts;
  return {
    server: assembleServer(parts),
    retention: { ...file.retention, alertsMs: settings.alertsRetentionMs ?? file.retention.alertsMs },
    notify: { ...file.notify, dryRun: file.notify.dryRun || settings.isDebugAsked },
  };
}

function assembleServer({ file, settings, listen }: Parts): ServerConfig {
  const host = listen?.host ?? settings.host ?? file.server.host;
  const port = listen?.port ?? settings.port ?? file.server.port;
  return { ...file.server, host, port, publicUrl: file.server.publicUrl ?? listenUrl(host, port) };
}

/** Answers the address that a browser on this host opens for a listening one. */
export function listenUrl(host: string, port: number): string {
  // An address that means "all of them" is none that a browser can open.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function resolveComponent(component: ComponentConfig, folder: string, access: PresetAccess): ComponentConfig {
  const checks = component.checks.map((check) => equipPreset(resolveCheck(check, folder), access));
  return { ...component, checks };
}

function resolveCheck(check: CheckConfig, folder: string): CheckConfig {
  if (check.kind !== 'command') return check;
  const [program = '', ...args] = check.argv;
  return { ...check, cwd: resolve(folder, check.cwd), argv: [resolveProgram(program, folder), ...args] };
}

// A bare name is looked up in PATH; one with a folder in it starts where the file is.
function resolveProgram(program: string, folder: string): string {
  return /[/\\]/.test(program) && !isAbsolute(program) ? resolve(folder, program) : program;
}
