import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { listenUrl } from './assemble.ts';
import { freezeDeep } from './freeze.ts';
import { findProblems, type Problem } from './problem.ts';
import type { Config } from './types.ts';

export type Reloaded = {
  ok: true;
  config: Config;
  /** Top-level parts that differ from what was in force. */
  changed: readonly string[];
  /** Settings that differ from the running ones and wait for a restart. */
  needsRestart: readonly string[];
};
export type ReloadRefused = { ok: false; problems: readonly Problem[] };
export type ReloadResult = Reloaded | ReloadRefused;

export type WatchStatus = {
  /** False while the files hold something else than what is in force, because it is wrong. */
  ok: boolean;
  loadedAtMs: number;
  problems: readonly Problem[];
  needsRestart: readonly string[];
};

export type ReloadOptions = {
  load(): Promise<Config>;
  current: Config;
  clock: Clock;
  /** Gets the next configuration, in which settings that need a restart keep their running values. What it throws refuses the change, so it must throw only before it has put any of it in force. */
  onChange(change: Reloaded): void | Promise<void>;
  /** Must not throw: the result of the reload would be lost. */
  onProblem(refused: ReloadRefused): void | Promise<void>;
};

export type Reloader = {
  /** Reads and validates everything, and puts it in force where all of it is right; reloads never overlap. */
  reload(): Promise<ReloadResult>;
  current(): Config;
  status(): WatchStatus;
  /** Resolves when no reload is under way. */
  idle(): Promise<void>;
};

/** Answers what keeps the last good configuration and replaces it whole. */
export function createReloader(options: ReloadOptions): Reloader {
  let { current } = options;
  let status: WatchStatus = { ok: true, loadedAtMs: options.clock.now(), problems: [], needsRestart: [] };
  let queue: Promise<unknown> = Promise.resolve();

  const accept = async (next: Config): Promise<Reloaded> => {
    const { config, needsRestart } = keepFixedSettings(current, next);
    const changed = changedParts(current, config);
    const result: Reloaded = { ok: true, config, changed, needsRestart };
    const isNews = changed.length > 0 || !status.ok || !isDeepStrictEqual(needsRestart, status.needsRestart);
    if (isNews) await options.onChange(result);
    current = config;
    status = { ok: true, loadedAtMs: options.clock.now(), problems: [], needsRestart };
    return result;
  };
  const attempt = async (): Promise<ReloadResult> => {
    let problems: readonly Problem[];
    try {
      const next = await options.load();
      problems = vanishedFiles(current, next);
      if (problems.length === 0) return await accept(next);
    } catch (error) {
      problems = findProblems(error) ?? [unexpected(error)];
    }
    status = { ...status, ok: false, problems };
    await options.onProblem({ ok: false, problems });
    return { ok: false, problems };
  };
  return {
    reload() {
      const result = queue.then(attempt);
      queue = result.catch(() => undefined);
      return result;
    },
    current: () => current,
    status: () => status,
    idle: async () => void (await queue),
  };
}

type FixedPart = 'files' | 'watchedFiles' | 'dataDir' | 'store' | 'redis' | 'sentry';

// The compiler refuses a part that is missing here: its changes would never be taken up.
const liveParts: Readonly<Record<Exclude<keyof Config, FixedPart>, true>> = {
  server: true,
  components: true,
  guard: true,
  sources: true,
  channels: true,
  routes: true,
  silences: true,
  maintenance: true,
  inhibitions: true,
  webhooks: true,
  jobs: true,
  state: true,
  kinds: true,
  metrics: true,
  metricsApiToken: true,
  metricsApiUrl: true,
  retention: true,
  policy: true,
  escalation: true,
  intelligence: true,
  runbooks: true,
  notify: true,
  onCall: true,
  watchdog: true,
  log: true,
  github: true,
  rateLimit: true,
  telegram: true,
  llm: true,
};

function changedParts(before: Config, after: Config): string[] {
  const parts = Object.keys(liveParts) as (keyof typeof liveParts)[];
  return parts.filter((part) => !isDeepStrictEqual(before[part], after[part]));
}

/** Answers the next configuration with what a running process cannot change as it is now, and the names of what differs. */
function keepFixedSettings(running: Config, next: Config): { config: Config; needsRestart: string[] } {
  const needsRestart: string[] = [];
  const { host, port, metricsListen } = running.server;
  if (next.server.host !== host || next.server.port !== port) needsRestart.push('server.listen');
  if (!isDeepStrictEqual(next.server.metricsListen, metricsListen))
    needsRestart.push('server.metrics_listen');
  if (!isDeepStrictEqual(next.store, running.store)) needsRestart.push('store');
  if (!isDeepStrictEqual(next.redis, running.redis)) needsRestart.push('redis');
  if (!isDeepStrictEqual(next.sentry, running.sentry)) needsRestart.push('sentry');
  if (next.dataDir !== running.dataDir) needsRestart.push('data_dir');
  // An address that was made from the listening one stays true to the one in force.
  const isMade = next.server.publicUrl === listenUrl(next.server.host, next.server.port);
  const publicUrl = isMade ? listenUrl(host, port) : next.server.publicUrl;
  const { store, redis, sentry, dataDir } = running;
  const server = { ...next.server, host, port, metricsListen, publicUrl };
  return { config: freezeDeep({ ...next, store, redis, sentry, dataDir, server }), needsRestart };
}

// A file that is gone may be between two steps of an editor or a deployment; the settings in it must not vanish with it.
function vanishedFiles(running: Config, next: Config): Problem[] {
  return running.files
    .filter((path) => !next.files.includes(path))
    .map((path) => ({
      file: path,
      line: null,
      key: '',
      found: 'no such file any more',
      expected: 'the file that is in force',
      message: 'put it back, or restart to run without it',
    }));
}

function unexpected(error: unknown): Problem {
  return {
    file: 'configuration',
    line: null,
    key: '',
    found: describeError(error),
    expected: '',
    message: '',
  };
}
