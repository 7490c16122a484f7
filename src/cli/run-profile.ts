import { openLog } from '../base.ts';
import { type CheckoutPlace, type Config, loadConfig } from '../config/index.ts';
import { AppError } from '../core/errors.ts';
import {
  attendedPayload,
  type PlannedRun,
  planProfileRun,
  type RunResult,
  runProfileHere,
} from '../run-profile.ts';
import type { CommonOptions } from './main.ts';
import { createProgress, describeRun } from './run-progress.ts';
import { runThere } from './run-there.ts';

export type RunOptions = CommonOptions & {
  jobs?: string;
  dryRun?: true;
  task?: string;
  wait?: true;
  follow?: true;
};

/** What `tocsin run` ends with, by the end of the run. */
const exitCodes = { well: 0, failed: 1, wrong: 2, locked: 75 } as const;

/** Runs `tocsin run`: here, or with `--url` on a running server. */
export async function runRunCommand(profile: string, options: RunOptions): Promise<void> {
  try {
    process.exitCode = exitCodes[await run(profile, options)];
  } catch (error) {
    if (!isUnknownName(error)) throw error;
    process.stderr.write(`tocsin: ${error.message}\n`);
    process.exitCode = exitCodes.wrong;
  }
}

async function run(profile: string, options: RunOptions): Promise<keyof typeof exitCodes> {
  const { url } = options;
  if (url !== undefined && !options.dryRun) return runThere(profile, { ...options, url });
  if (url !== undefined)
    throw new AppError('VALIDATION_ERROR', '--dry-run reads the files here: leave out --url');
  const load = (place?: CheckoutPlace) =>
    loadConfig({ configPath: options.config, jobsPath: options.jobs, ...place });
  const config = await load();
  const request = { profile, onlyTask: options.task ?? null };
  if (!options.dryRun) return runHere(config, load, request, options);
  const planned = planProfileRun(config, request);
  print(options.json ? JSON.stringify(planned, null, 2) : describePlan(planned));
  return 'well';
}

async function runHere(
  config: Config,
  load: (place?: CheckoutPlace) => Promise<Config>,
  request: { profile: string; onlyTask: string | null },
  options: RunOptions,
): Promise<keyof typeof exitCodes> {
  const { profile } = request;
  const progress = createProgress({ profile, follow: options.follow === true, quiet: options.json === true });
  const log = await openLog({ ...config.log, level: 'warn' }, process.stderr);
  const stopping = obeySignals();
  outliveReaders();
  const result = await runProfileHere(
    { config, load },
    {
      ...request,
      source: 'manual',
      scheduledFor: null,
      onNews: progress.hear,
      signal: stopping,
      // Under cron there is none: then nobody sees it end.
      ...(process.stdin.isTTY && { payload: attendedPayload }),
    },
    log,
  ).finally(progress.stop);
  if (options.json) print(JSON.stringify(describeRun(result), null, 2));
  return tell(profile, result);
}

/** Says how it ended where the progress has not said it; answers what that means for scripts. */
function tell(profile: string, result: RunResult): keyof typeof exitCodes {
  switch (result.outcome) {
    case 'disabled':
      process.stderr.write(`tocsin: the profile ${profile} is disabled: nothing was run\n`);
      return 'well';
    case 'locked':
      process.stderr.write(`tocsin: skipped ${profile}: ${result.run.error}\n`);
      return 'locked';
    case 'taken':
      process.stderr.write(`tocsin: skipped ${profile}: another process runs it\n`);
      return 'locked';
    case 'lost':
      process.stderr.write(`tocsin: ${result.run.run_id} was taken for dead and ended by another process\n`);
      return 'failed';
    case 'ended':
      return result.run.status === 'succeeded' ? 'well' : 'failed';
  }
}

/** The first signal ends the run with all its tasks, the second this process at once: then nothing outlives it either. */
function obeySignals(): AbortSignal {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(exitCodes.failed);
    stopping.abort(signal);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  return stopping.signal;
}

/** A pipe that is closed (`| head`) or a terminal that is gone must not end the tasks: the run goes on unseen. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function isUnknownName(error: unknown): error is AppError {
  const details = error instanceof AppError ? error.details : null;
  return (details as { reason?: string } | null)?.reason === 'unknown_name';
}

function describePlan({ profile, enabled, sync, cwd, tasks }: PlannedRun): string {
  const notes = [...(enabled ? [] : ['disabled: nothing would run']), ...(sync ? ['after a sync'] : [])];
  return [
    `${profile}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}, in ${cwd}`,
    ...tasks.flatMap(({ name, argv, environment }) => [
      `  ${name}: ${argv.map(quote).join(' ')}`,
      `    ${environment.join(' ')}`,
    ]),
  ].join('\n');
}

/** As a shell would have it. */
function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
