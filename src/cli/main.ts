import { Command, CommanderError, Option } from 'commander';
import { addDatabaseCommands } from './database-commands.ts';
import { configOption, jobsOption, leaf, tokenOption, urlOption } from './leaf.ts';
import { manifest, version } from './manifest.ts';
import type { ManifestCommand, ManifestField } from './manifest-types.ts';

/*
 * The entry of the command line. It imports what `--help` needs and nothing more; each command loads its own part.
 */

/** Options that every command takes. */
export type CommonOptions = { json?: true; config?: string; jobs?: string; url?: string; token?: string };

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('tocsin');
  program.description('It watches, it rings once, it says why, it remembers.');
  program.version(version).exitOverride();
  addServe(program);
  addConfig(program);
  addRenderCrontab(program);
  addImportFileCache(program);
  addWebhooksTry(program);
  addRun(program);
  addRunLogs(program);
  addReplay(program);
  addExplain(program);
  addDatabaseCommands(program);
  for (const command of manifest) addAction(program, command);
  describeGroups(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // Commander has said it already; wrong words are the same fault as wrong fields.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else await explain(error);
  }
}

function describeGroups(program: Command): void {
  for (const group of program.commands)
    if (group.commands.length > 0) group.summary(group.commands.map((command) => command.name()).join(', '));
  program.commands
    .find((command) => command.name() === 'state')
    ?.description(
      'What scripts remember (get, set, delete, list), and the state of this host for another one (export, import, resume)',
    );
}

async function explain(error: unknown): Promise<void> {
  const { explainFailure } = await import('./explain.ts');
  process.exitCode = explainFailure(error);
}

function addServe(program: Command): void {
  leaf(program, 'serve', 'Run Tocsin until a signal ends it')
    .addOption(configOption())
    .addOption(jobsOption())
    .addOption(
      new Option('--role <role>', 'the part to play')
        .choices(['all', 'api', 'worker', 'scheduler'])
        .default('all'),
    )
    .action(async (options) => {
      const { serve } = await import('../main.ts');
      await serve({ configPath: options.config, jobsPath: options.jobs, role: options.role });
    });
}

function addConfig(program: Command): void {
  for (const [word, summary] of [
    ['check', 'Validate every file and print a summary'],
    ['show', 'Print the effective configuration, with secrets hidden'],
    ['schema', 'Print the JSON Schemas of the files'],
  ] as const) {
    leaf(program, `config ${word}`, summary)
      .addOption(configOption())
      .addOption(jobsOption())
      .option('--json', 'print JSON')
      .action(async (options) => {
        const { runConfigCommand } = await import('./config.ts');
        await runConfigCommand(word, options);
      });
  }
}

function addRenderCrontab(program: Command): void {
  leaf(program, 'render-crontab', 'Print a crontab that runs the enabled profiles, for those who prefer cron')
    .addOption(configOption())
    .addOption(jobsOption())
    .action(async (options) => {
      const { runRenderCrontab } = await import('./crontab.ts');
      await runRenderCrontab(options);
    });
}

function addImportFileCache(program: Command): void {
  leaf(program, 'import-file-cache', 'Move text files of state into the database')
    .addOption(configOption())
    .option('--file <file...>', 'text files; default: those that jobs.yaml and the environment name')
    .option('--jobs-yaml <file>', 'jobs.yaml whose profiles name the text files')
    .option('--overwrite', 'take the text where the database has another value')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runImportFileCache } = await import('./import-file-cache.ts');
      await runImportFileCache(options);
    });
}

function addWebhooksTry(program: Command): void {
  leaf(program, 'webhooks try', 'Show the alerts that a body would make; nothing is written')
    .argument('<name>', 'name from webhooks: in tocsin.yaml')
    .argument('<file>', 'the body; - is the standard input')
    .option('--header <name=value...>', 'what the mapping finds in $headers')
    .option('--ndjson', 'each line of the body is a document of its own')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .action(async (name, file, options) => {
      const { runWebhookTry } = await import('./try-webhook.ts');
      await runWebhookTry(name, file, options);
    });
}

function addRun(program: Command): void {
  leaf(program, 'run', 'Run a profile now, with real alerts')
    .argument('<profile>', 'name from jobs.yaml')
    .option('--dry-run', 'print what would run, and the names in its environment; run, sync and send nothing')
    .option('--task <name>', 'run this task alone')
    .option('--wait', 'with --url: wait for the end; a run here is always waited for')
    .option('--follow', 'show what the tasks write')
    .addOption(configOption())
    .addOption(jobsOption())
    .option('--json', 'print JSON')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (profile, options) => {
      const { runRunCommand } = await import('./run-profile.ts');
      await runRunCommand(profile, options);
    });
}

function addRunLogs(program: Command): void {
  leaf(program, 'runs logs', 'Print what the tasks of a run wrote')
    .argument('<run_id>', 'as `tocsin runs list` shows it')
    .option('--task <name>', 'of this task alone')
    .option('--follow', 'go on until the run is over')
    .addOption(configOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (runId, options) => {
      const { runLogsCommand } = await import('./run-logs.ts');
      await runLogsCommand(runId, options);
    });
}

function addReplay(program: Command): void {
  leaf(program, 'replay', 'Run recorded alerts through a configuration; writes and sends nothing')
    .addOption(configOption())
    .requiredOption('--days <days>', 'how far back')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runReplayCommand } = await import('./replay.ts');
      await runReplayCommand(options);
    });
}

function addExplain(program: Command): void {
  leaf(program, 'explain', 'Show when a cron expression comes true next, and why; needs no configuration')
    .argument('<expr>', "five fields, as '*/15 * * * *', or a sixth with seconds, or @daily")
    .option('--tz <zone>', "IANA name of a time zone; default: this machine's")
    .option('--from <time>', 'ISO time with its zone, not counted itself; default: now')
    .option('--count <n>', 'how many times', '5')
    .option('--json', 'print JSON')
    .action(async (expression, options) => {
      const { runExplain } = await import('./explain-cron.ts');
      await runExplain(expression, options);
    });
}

function addAction(program: Command, command: ManifestCommand): void {
  const built = leaf(program, command.command, command.summary);
  for (const { name, required, help } of command.args)
    built.argument(required ? `<${name}>` : `[${name}]`, help);
  for (const field of command.options) built.addOption(toOption(field));
  if (command.jobs) built.addOption(jobsOption());
  built
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (...given: unknown[]) => {
      const { runActionCommand } = await import('./run-action.ts');
      await runActionCommand(command, given.slice(0, command.args.length) as string[], built.opts());
    });
}

function toOption(field: ManifestField): Option {
  const flag = `--${field.name.replaceAll('_', '-')}`;
  if (field.kind === 'flag') return new Option(flag, field.help);
  const value = { list: 'values', map: 'key=value' }[field.kind as string] ?? field.kind;
  const isRepeatable = field.kind === 'list' || field.kind === 'map';
  const option = new Option(`${flag} <${value}${isRepeatable ? '...' : ''}>`, field.help);
  if (field.variable !== undefined) option.env(field.variable);
  return field.required ? option.makeOptionMandatory() : option;
}

await main(process.argv);
