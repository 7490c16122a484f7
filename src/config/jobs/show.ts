import { durationText, type FileForm, withoutNulls } from '../form.ts';
import type { JobsConfig, ProfileConfig, TaskConfig } from '../types.ts';
import { triggersForm } from './triggers.ts';

/** Answers the part of a Config that jobs.yaml can say; reading it again in the same place gives the same. */
export function jobsFileForm({ branch, postCommand, runners, profiles }: JobsConfig): FileForm {
  return {
    profiles: Object.fromEntries(profiles.map((profile) => [profile.name, profileForm(profile)])),
    runners,
    sync: withoutNulls({ branch, post_command: postCommand }),
  };
}

/** Answers the jobs in one line. */
export function describeJobs({ path, profiles }: JobsConfig): string {
  if (path === null) return 'none';
  const words = profiles.map(
    ({ name, tasks, enabled }) => `${name} (${enabled ? taskCount(tasks) : 'disabled'})`,
  );
  return words.join(', ');
}

function taskCount({ length }: readonly TaskConfig[]): string {
  return `${length} ${length === 1 ? 'task' : 'tasks'}`;
}

function profileForm(profile: ProfileConfig): FileForm {
  return withoutNulls({
    cron: profile.cron,
    timezone: profile.timezone,
    description: profile.description,
    enabled: profile.enabled,
    sync_before_run: profile.syncBeforeRun,
    env: profile.env,
    route: profile.route,
    digest: profile.digest,
    stale_after: profile.staleAfterMs === null ? null : durationText(profile.staleAfterMs),
    grace: durationText(profile.graceMs),
    timeout: durationText(profile.timeoutMs),
    concurrency: profile.concurrency,
    catch_up: profile.catchUp,
    on: triggersForm(profile.on),
    tasks: profile.tasks.map(taskForm),
  });
}

function taskForm(task: TaskConfig): FileForm {
  return withoutNulls({
    name: task.name,
    ...programForm(task),
    enabled: task.enabled,
    timeout: durationText(task.timeoutMs),
    retries: task.retries,
    retry_delay: durationText(task.retryDelayMs),
    service: task.service,
    severity: task.severity,
    component: task.component,
    env: task.env,
  });
}

function programForm({ script, argv }: TaskConfig): FileForm {
  if (script === null) return { command: argv };
  // The path of a script never begins with a dash, and everything behind it does.
  const args = argv.slice(argv.findLastIndex((word) => !word.startsWith('--')) + 1);
  return { script, args: Object.fromEntries(args.map(splitArgument)) };
}

function splitArgument(argument: string): [string, string] {
  const at = argument.indexOf('=');
  return [argument.slice('--'.length, at), argument.slice(at + 1)];
}
