import packageJson from '../package.json' with { type: 'json' };
import type { AppRole } from './acting.ts';
import { type App, createApp } from './app.ts';
import { openLog, openReports } from './base.ts';
import {
  type CheckoutPlace,
  type Config,
  describeConfig,
  type LoadOptions,
  loadConfig,
} from './config/index.ts';
import { type Clock, createSystemClock } from './core/clock.ts';
import { describeError, type ErrorCode, errorTable, toAppError } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { answerSignal } from './signals.ts';
import { spareProcessMemory } from './spare-memory.ts';
import { createSystemd, type Systemd } from './systemd.ts';
import type { ErrorReports } from './telemetry/index.ts';

export type ServeOptions = Pick<LoadOptions, 'configPath' | 'jobsPath'> & { role: AppRole };

/** Runs a whole Tocsin until a signal ends it. Problems at the start are told on standard error, and decide the exit code. */
export async function serve(options: ServeOptions): Promise<void> {
  const { configPath, jobsPath } = options;
  const load = (place?: CheckoutPlace) => loadConfig({ configPath, jobsPath, ...place });
  const { role } = options;
  const clock = createSystemClock();
  let outlets: Outlets | null = null;
  try {
    const config = await load();
    outlets = await openOutlets(config, clock);
    const { log, reports } = outlets;
    const traceAction = reports?.traceAction ?? null;
    const app = createApp({ config, load, role, version: packageJson.version, log, traceAction });
    const systemd = createSystemd(takeSystemdVariables(), { clock, log });
    dieLoudly(outlets);
    await app.start();
    obeySignals(app, config, outlets, systemd);
    await greet(app, config, log);
    await systemd.ready();
    spareProcessMemory(clock).start();
  } catch (error) {
    process.exitCode = explainStart(error);
    if (outlets) await tellOfStart(outlets, error);
  }
}

/** Where the process says what goes wrong: its log, and Sentry where it is asked for. */
type Outlets = { log: Log; reports: ErrorReports | null };

async function openOutlets({ log, sentry }: Config, clock: Clock): Promise<Outlets> {
  const plain = await openLog(log);
  if (sentry === null) return { log: plain, reports: null };
  const reports = await openReports(sentry, { release: packageJson.version, clock });
  return { log: reports.follow(plain), reports };
}

/** Whoever starts it reads standard error; Sentry is told apart. */
async function tellOfStart({ log, reports }: Outlets, err: unknown): Promise<void> {
  if (reports === null) return;
  log.error({ tag: 'app', err }, '[app] could not start');
  await reports.close();
}

/** What we start must not speak for us: sd_notify(3) has the variables removed by who reads them. */
function takeSystemdVariables() {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete process.env[name];
  return { NOTIFY_SOCKET, WATCHDOG_USEC };
}

/** Tells why it could not start; answers the exit code: 2 for the configuration, 69 for what is out of reach. */
function explainStart(error: unknown): number {
  const known = toAppError(error);
  const text = known.code === 'INTERNAL_SERVER_ERROR' ? describeError(error) : known.message;
  process.stderr.write(`tocsin: ${text}\n`);
  const code: ErrorCode = known.code === 'CONFLICT' ? 'UNAVAILABLE' : known.code;
  return errorTable[code].exitCode;
}

function obeySignals(app: App, config: Config, { log, reports }: Outlets, systemd: Systemd): void {
  let isStopping = false;
  // Asked now: a terminal that is gone is none any more.
  const isOnTerminal = process.stdin.isTTY || process.stdout.isTTY;
  const stop = (signal: NodeJS.Signals) => {
    isStopping = true;
    log.info({ tag: 'app', signal }, `[app] ${signal}: stopping; SIGTERM once more ends it at once`);
    const timer = setTimeout(() => {
      log.error({ tag: 'app' }, '[app] could not stop in time');
      process.exit(1);
    }, config.server.shutdownTimeoutMs);
    void Promise.all([app.stop(), systemd.stopping()]).then(async () => {
      await reports?.close();
      clearTimeout(timer);
      log.info({ tag: 'app' }, '[app] stopped');
      process.exit(0);
    });
  };
  // What a reload finds wrong in the files is logged and shown by the app; the rest may be tried again.
  const reload = () =>
    app.reload().catch((err: unknown) => log.error({ tag: 'config', err }, '[config] the reload failed'));
  const obey = (signal: NodeJS.Signals) => {
    const answer = answerSignal(signal, { isStopping, isOnTerminal });
    if (answer === 'stop') stop(signal);
    if (answer === 'reload') void reload();
    if (answer === 'end at once') process.exit(1);
  };
  process.on('SIGTERM', obey).on('SIGINT', obey).on('SIGHUP', obey);
}

/** A fault that nobody expected leaves the process in a state that nobody knows: say it and let the supervisor of processes begin anew. */
function dieLoudly({ log, reports }: Outlets): void {
  const die = (err: unknown) => {
    log.error({ tag: 'app', err }, '[app] ended by a fault that nobody caught');
    if (reports === null) process.exit(1);
    void reports.close().then(() => process.exit(1));
  };
  process.on('uncaughtException', die).on('unhandledRejection', die);
}

/** Says where it is and how to sign in: for people on a terminal, else as a log line. */
async function greet(app: App, config: Config, log: Log): Promise<void> {
  const address = app.address();
  const metrics = app.metricsAddress();
  const tokenPath = `${config.dataDir}/admin-token`;
  if (!config.log.pretty) {
    const where = `${address ? `, listening on ${address}` : ''}${metrics ? `, metrics on ${metrics}` : ''}`;
    const fields = { tag: 'app', address, metrics_address: metrics, version: packageJson.version };
    log.info(fields, `[app] started${where}; the admin token is in the file ${tokenPath}`);
    return;
  }
  const lines = [
    `Tocsin ${packageJson.version} is running${address ? ` on ${address}` : ''}`,
    ...(address ? [`sign in     ${await app.createSignInLink()}  (once, within an hour)`] : []),
    ...(metrics ? [`metrics     ${metrics}/metrics`] : []),
    `API token   ${tokenPath}`,
    ...describeConfig(config).split('\n'),
  ];
  process.stdout.write(`\n${lines.join('\n  ')}\n\n`);
}
