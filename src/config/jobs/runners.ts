import { extname } from 'node:path';

export type Runners = Readonly<Record<string, readonly string[]>>;

/** What runs scripts by their suffix, where the file does not say. */
const builtInRunners: Runners = {
  // The Node that runs Tocsin: an older one on the host could not read TypeScript.
  '.ts': [process.execPath],
  '.js': [process.execPath],
  '.mjs': [process.execPath],
  '.py': ['python3'],
  '.sh': ['bash'],
};

/** Answers the runners of a file over the built-in ones. */
export function mergeRunners(own: Readonly<Record<string, string | readonly string[]>>): Runners {
  const lists = Object.entries(own).map(([suffix, runner]) => [suffix, [runner].flat()] as const);
  return { ...builtInRunners, ...Object.fromEntries(lists) };
}

/** Answers what runs the script: nothing but itself where its name has no suffix; null: nobody knows. */
export function chooseRunner(script: string, runners: Runners): readonly string[] | null {
  const suffix = extname(script);
  if (suffix === '') return [];
  return Object.hasOwn(runners, suffix) ? (runners[suffix] ?? null) : null;
}

/** Answers the program and arguments of a script, whose path starts at the working directory. */
export function scriptArgv(path: string, runner: readonly string[]): string[] {
  // A bare name would be looked up in PATH, and one that begins with a dash read as an option.
  return [...runner, path.includes('/') && !path.startsWith('-') ? path : `./${path}`];
}
