import type { CommonOptions } from './main.ts';
import type { ManifestCommand } from './manifest-types.ts';
import { readFields } from './read-fields.ts';
import { render } from './render.ts';
import { renderProfiles } from './render-profiles.ts';

/** Results that have their own words for people. */
const ownWords: Readonly<Record<string, (result: unknown) => string>> = { 'profiles.list': renderProfiles };

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
