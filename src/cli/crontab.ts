import { dirname, join, resolve } from 'node:path';
import { listShellVariables, loadConfig, type ProfileConfig } from '../config/index.ts';
import { hostTimezone } from '../core/cron/index.ts';

export type CrontabOptions = { config?: string; jobs?: string };

export type CrontabPlace = {
  /** Folder that the command begins in. */
  folder: string;
  /** What is run there, before the name of the profile and after it. */
  program: string;
  options: readonly string[];
  /** The zone that cron itself goes by. */
  timezone: string;
  /** Variables that are set in the shell and that cron does not know. */
  variables: readonly string[];
};

/** Runs `tocsin render-crontab`: prints the crontab that runs the enabled profiles. */
export async function runRenderCrontab({ config, jobs }: CrontabOptions): Promise<void> {
  const { jobs: loaded } = await loadConfig({ configPath: config, jobsPath: jobs });
  const folder = process.cwd();
  const isUsual = loaded.path === null || loaded.path === join(folder, 'automation', 'jobs.yaml');
  const text = renderCrontab(loaded.profiles, {
    folder,
    // Beside what Node was given is the launcher, which finds the right Node by itself.
    program: join(dirname(process.argv[1] ?? ''), 'tocsin'),
    options: [
      ...(config === undefined ? [] : ['--config', resolve(config)]),
      ...(isUsual ? [] : ['--jobs', loaded.path ?? '']),
    ],
    timezone: hostTimezone(),
    variables: (await listShellVariables()).filter((name) => name !== 'TOCSIN_CONFIG'),
  });
  process.stdout.write(text);
}

/** Answers a crontab with a line for every enabled profile, and a comment where cron cannot do what the profile says. */
export function renderCrontab(profiles: readonly ProfileConfig[], place: CrontabPlace): string {
  const lines = place.variables.length === 0 ? [] : [warnOfVariables(place)];
  let zone = place.timezone;
  for (const profile of profiles.filter(({ enabled }) => enabled)) {
    const times = toCrontabTimes(profile.cron);
    if (times === null) {
      lines.push(`# ${profile.name}: cron cannot read "${profile.cron}"; tocsin serve runs it`);
      continue;
    }
    if (profile.timezone !== zone) {
      zone = profile.timezone;
      lines.push(
        `# the next lines go by ${zone}; cronie and supercronic read CRON_TZ, Debian's cron does not`,
        `CRON_TZ=${zone}`,
      );
    }
    lines.push(`${times}\t${commandFor(profile, place)}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function warnOfVariables({ variables, folder }: CrontabPlace): string {
  const [names, verb] = [variables.join(', '), variables.length === 1 ? 'is' : 'are'];
  return `# ${names} ${verb} set here and not for cron: write what it needs into ${join(folder, '.env')}`;
}

const highest = [59, 23, 31, 12, 7];

/** Answers the expression as every cron reads it; null where it says more than five plain fields can. */
function toCrontabTimes(expression: string): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 1) return expression.trim();
  const [seconds] = fields.splice(5);
  if (seconds !== undefined && seconds !== '0') return null;
  // The names of months and weekdays have an L in them too.
  if (fields.some((field) => /[#?]|L$|^L|\dL|W/i.test(field.replace(/[A-Z]{3}/gi, '')))) return null;
  return fields.map((field, place) => withoutOpenSteps(field, highest[place] ?? 0)).join(' ');
}

/** Crons take `5/15` for a mistake, and `5-59/15` for what is meant. */
function withoutOpenSteps(field: string, max: number): string {
  return field
    .split(',')
    .map((term) => term.replace(/^(\w+)\//, `$1-${max}/`))
    .join(',');
}

function commandFor({ name }: ProfileConfig, { folder, program, options }: CrontabPlace): string {
  const command = [program, 'run', name, ...options].map(quote).join(' ');
  // To cron a percent sign ends the command.
  return `cd ${quote(folder)} && ${command}`.replaceAll('%', '\\%');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
