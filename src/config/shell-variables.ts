import type { Env } from './environment.ts';
import { environmentNames } from './environment-names.ts';
import { startReading } from './reading.ts';

/** Answers the names of Tocsin's variables that whoever started it has set, `.env` of the folder apart. */
export async function listShellVariables(
  env: Env = process.env,
  cwd: string = process.cwd(),
): Promise<string[]> {
  const { environment } = await startReading(env, cwd);
  const starts = environmentNames.flatMap(({ name }) =>
    name.includes('<') ? (name.split('<')[0] ?? []) : [],
  );
  const names = new Set(environmentNames.map(({ name }) => name));
  return Object.keys(environment.values)
    .filter((name) => names.has(name) || starts.some((start) => name.startsWith(start)))
    .filter((name) => environment.values[name] && environment.origin(name).line === null)
    .sort();
}
