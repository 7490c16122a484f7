import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type LoadOptions, loadConfig } from '../src/config/load.ts';
import { findProblems, type Problem } from '../src/config/problem.ts';
import type { Config } from '../src/config/types.ts';

type Files = Readonly<Record<string, string>>;

const tocsin = `
components: [{ id: edge-nodes }]
channels: { out: { type: log } }
routes: [{ name: all, channels: [out] }, { name: nobody, channels: [] }]
`;

/** Gives every test a folder of its own with a tocsin.yaml whose routes hear of everything. */
export function useJobsFolder(): {
  path(): string;
  /** Writes the files over those that are there, and reads the configuration. */
  load(files: Files, options?: LoadOptions): Promise<Config>;
  /** Answers what is wrong with them. Throws where they are accepted. */
  problemsOf(files: Files, options?: LoadOptions): Promise<readonly Problem[]>;
} {
  let cwd = '';
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'tocsin-jobs-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const load = async (files: Files, options: LoadOptions = {}) => {
    for (const [name, text] of Object.entries({ 'tocsin.yaml': tocsin, ...files })) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), text);
    }
    return loadConfig({ cwd, env: {}, isTerminal: false, ...options });
  };
  return {
    path: () => cwd,
    load,
    async problemsOf(files, options) {
      const error = await load(files, options).then(
        () => new Error('it was accepted'),
        (caught: unknown) => caught,
      );
      const problems = findProblems(error);
      if (problems === null) throw error;
      return problems;
    },
  };
}

/** Answers a jobs.yaml with one profile, and one task of these keys on line 5. */
export function taskOf(keys: string): string {
  return `profiles:\n  a:\n    cron: "0 3 * * *"\n    tasks:\n      - ${keys}\n`;
}
