import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { JobsConfig } from '../jobs-types.ts';
import type { Problem } from '../problem.ts';
import { type Reading, readYamlFile } from '../reading.ts';
import type { RouteConfig } from '../types.ts';
import type { YamlFile } from '../yaml-file.ts';
import { readJobs } from './read.ts';

export type JobsWanted = {
  /** Of `--jobs`: such a file must exist. */
  flag: string | undefined;
  /** Of REPO_DIR. */
  repoDir: string | null;
  /** Of tocsin.yaml. */
  folder: string;
  tocsin: YamlFile | null;
  routes: readonly RouteConfig[] | null;
};

const noJobs = { path: null, branch: 'main', postCommand: null, runners: {}, profiles: [] } as const;

/** Answers what jobs.yaml says, no profiles where there is none, and null where there are problems, which are noted. */
export async function loadJobs(reading: Reading, wanted: JobsWanted): Promise<JobsConfig | null> {
  const { cwd, environment } = reading;
  const checkout = wanted.repoDir === null ? null : resolve(cwd, wanted.repoDir);
  if (checkout !== null && !(await isFolder(checkout)))
    reading.problems.push({
      ...environment.origin('REPO_DIR'),
      key: 'REPO_DIR',
      found: JSON.stringify(wanted.repoDir),
      expected: 'a folder',
      message: `${checkout} is none: check the path, or clone the repository there`,
    });
  const byDefault = join(checkout ?? wanted.folder, 'automation', 'jobs.yaml');
  const path = wanted.flag === undefined ? byDefault : resolve(cwd, wanted.flag);
  const file = await readYamlFile(reading, path, wanted.flag === undefined ? null : '--jobs');
  const folder = dirname(path);
  const repoDir = checkout ?? (basename(folder) === 'automation' ? dirname(folder) : folder);
  if (!reading.files.includes(path)) {
    reading.problems.push(...file.problems);
    return { ...noJobs, repoDir };
  }
  const { tocsin, routes } = wanted;
  const { jobs, problems, watchedFiles } = await readJobs(file, { folder, repoDir, tocsin, routes });
  reading.problems.push(...problems);
  reading.watchedFiles.push(...watchedFiles);
  return jobs && { path, ...jobs };
}

/** As `loadJobs`, for those who need no profiles: of a file with problems there are none, and nothing is noted. */
export async function loadOptionalJobs(reading: Reading, wanted: JobsWanted): Promise<JobsConfig> {
  const problems: Problem[] = [];
  const jobs = await loadJobs({ ...reading, problems }, wanted);
  return jobs !== null && problems.length === 0 ? jobs : { ...noJobs, repoDir: wanted.folder };
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isDirectory() ?? false;
}
