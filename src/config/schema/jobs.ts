import { z } from 'zod';
import { duration, section, severity, slug, text, timerDuration, wholeNumber } from './fields.ts';
import { triggersSchema } from './triggers.ts';

const mostAtOnce = 100;
/** Tocsin itself says these to every task. */
const givenNames = [
  'TOCSIN_RUN_ID',
  'TOCSIN_TASK',
  'TOCSIN_ARTIFACTS_DIR',
  'TOCSIN_PAYLOAD_PATH',
  'TOCSIN_URL',
  'TOCSIN_TOKEN',
  'TOCSIN_TASK_MARK',
];

// The system takes no null byte in an argument or a variable.
const word = z.string().regex(/^[^\0]*$/, { error: 'a text without null bytes' });
const command = z.array(word).min(1).describe('Program and arguments; no shell reads them.');

const env = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of a variable, of letters, digits and "_"' })
      .refine((name) => !givenNames.includes(name), {
        error: 'another name: Tocsin sets this one for every task',
      }),
    word,
  )
  .default({});

const argument = z.union([word, z.number(), z.boolean()], { error: 'a text, a number, or true or false' });
const argumentName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: 'the name of an option without its dashes, as warn-days',
});

const taskSchema = section({
  name: slug.describe('Name of the task, unique in its profile.'),
  script: word.min(1).optional().describe('File in the checkout; its suffix picks what runs it.'),
  command: command.optional().describe('Instead of a script: program and arguments; no shell reads them.'),
  args: z.record(argumentName, argument).default({}).describe('Become --key=value, in the order written.'),
  enabled: z.boolean().default(true),
  timeout: timerDuration(1).prefault('5m').describe('It is ended after this.'),
  retries: wholeNumber.min(0).max(100).default(0).describe('Further tries before it counts as failed.'),
  retry_delay: timerDuration(0).prefault('5s').describe('Between two tries.'),
  service: text.max(200).optional().describe('Service of the alert that a failure raises.'),
  severity: severity.optional().describe('Severity of that alert.'),
  component: text.optional().describe('Component of tocsin.yaml that a failure is about.'),
  env: env.describe('Added to the environment of the profile.'),
});

const profileSchema = section({
  cron: text.describe(
    'When it runs: five fields, or six with the second as the last, or a word such as @hourly.',
  ),
  timezone: text.optional().describe("IANA name of the zone that `cron` is read in; default: the host's."),
  description: text.optional(),
  enabled: z.boolean().default(true),
  sync_before_run: z.boolean().default(false).describe('Whether the checkout is brought up to date first.'),
  env: env.describe('Added to the environment of Tocsin.'),
  route: text.optional().describe('Route of its digest; default: the routes of its alerts.'),
  digest: z.enum(['on_change', 'every']).default('on_change').describe('Which runs with failures are told.'),
  // No timer waits for it, and what runs once a month or a year is stale later than a timer could tell.
  stale_after: duration({ minMs: 1000 }).optional().describe('How old its last success may be.'),
  // No clock is looked at in the very instant of a tick: with less, ticks would be missed for nothing.
  grace: timerDuration(1000).prefault('1m').describe('How late it may begin.'),
  timeout: timerDuration(1).prefault('1h').describe('All of its tasks are ended after this.'),
  concurrency: wholeNumber.min(1).max(mostAtOnce).default(1).describe('Tasks that run at once.'),
  catch_up: z.enum(['none', 'last']).default('none').describe('Which missed ticks run after all.'),
  on: triggersSchema.prefault({}).describe('What starts it beside its times.'),
  tasks: z.array(taskSchema).default([]).describe('In the order in which they run.'),
});

const suffix = z.string().regex(/^\.[A-Za-z0-9_-]+$/, { error: 'a suffix with its dot, as .rb' });
const branch = z.string().regex(/^(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9_][A-Za-z0-9_./@+-]*$/, {
  error: 'the name of a branch, as main',
});

const syncSchema = section({
  branch: branch.default('main').describe('Branch of origin that the checkout follows.'),
  post_command: command.optional().describe('Run in the checkout after a sync that changed something.'),
});

/** The whole of jobs.yaml. */
export const jobsSchema = section({
  profiles: z
    .record(slug, profileSchema, { error: 'profiles by name, at least one' })
    .refine((profiles) => Object.keys(profiles).length > 0, { error: 'at least one profile' })
    .describe('Tasks that run together, by name.'),
  runners: z
    .record(
      suffix,
      z.union([text, z.array(word).min(1)], { error: 'a program, or a list of it and its arguments' }),
    )
    .default({})
    .describe('What runs the scripts of a suffix, before the built-in ones.'),
  sync: syncSchema.prefault({}).describe('How the checkout is brought up to date.'),
});

export type JobsFile = z.output<typeof jobsSchema>;
export type ProfileFile = JobsFile['profiles'][string];
export type TaskFile = ProfileFile['tasks'][number];
