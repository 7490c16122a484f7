import { hostTimezone } from '../../core/cron/index.ts';
import type { JobsConfig, ProfileConfig, TaskConfig } from '../jobs-types.ts';
import type { Problem } from '../problem.ts';
import { mapAt } from '../raw-names.ts';
import { type JobsFile, jobsSchema, type ProfileFile, type TaskFile } from '../schema/jobs.ts';
import type { RouteConfig } from '../types.ts';
import { validateFile } from '../validate.ts';
import type { YamlFile } from '../yaml-file.ts';
import { formatPath, type Path } from '../yaml-place.ts';
import { crossCheckJobs, listScripts } from './cross-check.ts';
import { reachesSomebody } from './reach.ts';
import { chooseRunner, mergeRunners, type Runners, scriptArgv } from './runners.ts';
import { type FoundScript, findScripts, type JobsPlaces } from './scripts.ts';
import { toTriggers } from './triggers.ts';

export type JobsRead = {
  /** Null where there are problems. */
  jobs: Omit<JobsConfig, 'path'> | null;
  problems: readonly Problem[];
  /** Scripts that are not where they are looked for first. */
  watchedFiles: readonly string[];
};

export type JobsSurroundings = JobsPlaces & {
  /** As it was read; null where it could not be. */
  tocsin: YamlFile | null;
  /** Null where tocsin.yaml is wrong. */
  routes: readonly RouteConfig[] | null;
};

type Reading = { file: YamlFile; runners: Runners; scripts: ReadonlyMap<string, FoundScript> };

/** Reads jobs.yaml: its own problems, and those between it, the checkout and tocsin.yaml. */
export async function readJobs(file: YamlFile, around: JobsSurroundings): Promise<JobsRead> {
  const { data, problems: ownProblems } = validateFile(file, jobsSchema);
  const scripts = await findScripts(listScripts(file), around);
  const runners = mergeRunners(data?.runners ?? rawRunners(file));
  const { tocsin, repoDir, routes } = around;
  const crossProblems = file.readable ? crossCheckJobs(file, { tocsin, runners, scripts, repoDir }) : [];
  const watchedFiles = [...scripts.values()].flatMap(({ awaited }) => awaited);
  const problems = [...ownProblems, ...crossProblems];
  if (data === null || problems.length > 0) return { jobs: null, problems, watchedFiles };
  const jobs = toJobs(data, repoDir, { file, runners, scripts });
  const unheard = routes === null ? [] : jobs.profiles.filter((profile) => !reachesSomebody(profile, routes));
  const unheardProblems = unheard.map((profile) => refuseSilence(file, profile));
  return { jobs: unheard.length > 0 ? null : jobs, problems: unheardProblems, watchedFiles };
}

// Beside other problems a suffix that has a runner must not be a problem too.
function rawRunners(file: YamlFile): Record<string, string[]> {
  return Object.fromEntries(Object.keys(mapAt(file, ['runners'])).map((suffix) => [suffix, []]));
}

function toJobs(data: JobsFile, repoDir: string, reading: Reading): Omit<JobsConfig, 'path'> {
  const names = reading.file.writtenEntries(['profiles']).map(({ key }) => key);
  // Once for all of them: Intl takes 50 KB to say it, and gives nothing back to the system.
  const machineTimezone = hostTimezone();
  return {
    repoDir,
    branch: data.sync.branch,
    postCommand: data.sync.post_command ?? null,
    runners: reading.runners,
    profiles: names.flatMap((name) => {
      const profile = data.profiles[name];
      return profile === undefined
        ? []
        : toProfile(name, { ...profile, timezone: profile.timezone ?? machineTimezone }, reading);
    }),
  };
}

function toProfile(name: string, raw: ProfileFile & { timezone: string }, reading: Reading): ProfileConfig {
  const path = ['profiles', name, 'tasks'];
  return {
    name,
    cron: raw.cron,
    timezone: raw.timezone,
    description: raw.description ?? null,
    enabled: raw.enabled,
    syncBeforeRun: raw.sync_before_run,
    env: raw.env,
    route: raw.route ?? null,
    digest: raw.digest,
    staleAfterMs: raw.stale_after ?? null,
    graceMs: raw.grace,
    timeoutMs: raw.timeout,
    concurrency: raw.concurrency,
    catchUp: raw.catch_up,
    on: toTriggers(name, raw.on),
    tasks: raw.tasks.map((task, index) => toTask(task, [...path, index], reading)),
  };
}

function toTask(raw: TaskFile, path: Path, reading: Reading): TaskConfig {
  return {
    name: raw.name,
    argv: [...programOf(raw, reading), ...writeArguments(raw, [...path, 'args'], reading.file)],
    script: raw.script ?? null,
    enabled: raw.enabled,
    timeoutMs: raw.timeout,
    retries: raw.retries,
    retryDelayMs: raw.retry_delay,
    service: raw.service ?? null,
    severity: raw.severity ?? null,
    component: raw.component ?? null,
    env: raw.env,
  };
}

function programOf({ script, command = [] }: TaskFile, { runners, scripts }: Reading): readonly string[] {
  if (script === undefined) return command;
  return scriptArgv(scripts.get(script)?.path ?? script, chooseRunner(script, runners) ?? []);
}

function writeArguments({ args }: TaskFile, path: Path, file: YamlFile): string[] {
  return file.writtenEntries(path).map(({ key, written }) => {
    const value = args[key];
    return `--${key}=${typeof value === 'number' ? (written ?? value) : value}`;
  });
}

function refuseSilence(file: YamlFile, profile: ProfileConfig): Problem {
  const path = ['profiles', profile.name];
  return {
    file: file.name,
    line: file.locateKey(path),
    key: formatPath(path),
    found: 'a profile whose failures nobody would hear of',
    expected: 'a route in tocsin.yaml that takes them to a channel',
    message: 'add a route for kind job_failure, or name one with channels: route: …',
  };
}
