import { basename, resolve } from 'node:path';
import type { Config, ProfileConfig } from '../config/types.ts';
import type { StatePlace } from '../jobs/index.ts';

type StateSettings = Pick<Config, 'state' | 'jobs'>;
type Env = Readonly<Record<string, string>>;

/** A text file that a profile, one of its tasks or the environment of Tocsin names. */
export type CacheFile = Pick<StatePlace, 'namespace' | 'path'>;

const variables = ['CACHE_FILENAME', 'NONCE_FILENAME'] as const;

/** Answers where the state of a namespace is kept. */
export function findStatePlace(settings: StateSettings, namespace: string): StatePlace {
  const { backend, isDualWrite, dir } = settings.state;
  const named = listCacheFiles(settings).find((file) => file.namespace === namespace);
  return { namespace, path: named?.path ?? resolve(dir, namespace), backend, isDualWrite };
}

/** Answers every text file that somebody names, each namespace once. */
export function listCacheFiles(settings: StateSettings): CacheFile[] {
  const { jobs } = settings;
  const all = [
    ...filesOf(settings, {}),
    ...jobs.profiles.flatMap((profile) => filesOfProfile(settings, profile)),
  ];
  return all.filter(
    ({ namespace }, place) => all.findIndex((file) => file.namespace === namespace) === place,
  );
}

/** Answers the namespaces that tasks of the profile may use; the first is the one that they mean where they name none. */
export function namespacesOf(settings: StateSettings, profileName: string): [string, ...string[]] {
  const profile = settings.jobs.profiles.find(({ name }) => name === profileName);
  const files = profile ? filesOfProfile(settings, profile) : [];
  const names = files.map(({ namespace }) => namespace);
  const [first = profileName, ...rest] = [...new Set([...names, profileName])];
  return [first, ...rest];
}

/** Answers the namespace that is meant where neither a caller nor a profile names one; null: none. */
export function commonNamespace({ state }: Pick<Config, 'state'>): string | null {
  return state.cacheFile === null ? null : basename(state.cacheFile);
}

/** What the environment of Tocsin says holds where the profile and the task say nothing. */
function filesOfProfile(settings: StateSettings, profile: ProfileConfig): CacheFile[] {
  const envs = [profile.env, ...profile.tasks.map(({ env }) => ({ ...profile.env, ...env }))];
  return envs.flatMap((env) => filesOf(settings, env));
}

function filesOf({ state, jobs }: StateSettings, env: Env): CacheFile[] {
  const dir = env.CACHE_DIR === undefined ? state.dir : resolve(jobs.repoDir, env.CACHE_DIR);
  const common = { CACHE_FILENAME: state.cacheFile, NONCE_FILENAME: state.nonceFile };
  return variables.flatMap((variable) => {
    const name = env[variable] ?? common[variable];
    return name ? [{ namespace: basename(name), path: resolve(dir, name) }] : [];
  });
}
