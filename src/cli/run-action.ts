import type { CommonOptions } from './main.ts';
import type { ManifestCommand } from './manifest-types.ts';
import { readFields } from './read-fields.ts';
import { render } from './render.ts';
import { renderChats } from './render-chats.ts';
import { renderProfiles } from './render-profiles.ts';

/** Results that have their own words for people. */
const ownWords: Readonly<Record<string, (result: unknown) => string>> = {
  'profiles.list': renderProfiles,
  'notify.setup-telegram': renderChats,
};

/** Results that say that what was asked for did not come about, though nothing threw: scripts go by the exit code. */
const cameToNothing: Readonly<Record<string, (result: unknown) => boolean>> = {
  'notify.test': (result) => (result as { status: string }).status !== 'delivered',
};

/** Runs an action where the options say, and prints its result. Throws what the action throws. */
export async function runActionCommand(
  command: ManifestCommand,
  args: readonly string[],
  options: CommonOptions & Readonly<Record<string, unknown>>,
): Promise<void> {
  const input = readFields(command, args, options);
  const result = await run(command, input, options);
  const text = options.json ? JSON.stringify(result, null, 2) : inWords(command, result);
  process.stdout.write(`${text}\n`);
  if (cameToNothing[command.action]?.(result)) process.exitCode = 1;
}

async function run(
  command: ManifestCommand,
  input: Record<string, unknown>,
  options: CommonOptions,
): Promise<unknown> {
  const { url } = options;
  if (url !== undefined)
    return (await import('./run-remote.ts')).runRemotely(command, input, { ...options, url });
  const { runLocally } = await import('./run-local.ts');
  return runLocally(command.action, input, { ...options, needsJobs: command.jobs === true });
}

function inWords({ action, print }: ManifestCommand, result: unknown): string {
  return ownWords[action]?.(result) ?? render(result, print);
}
