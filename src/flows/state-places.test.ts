import { describe, expect, it } from 'vitest';
import type { Config, ProfileConfig } from '../config/types.ts';
import { commonNamespace, findStatePlace, listCacheFiles, namespacesOf } from './state-places.ts';

type Env = Readonly<Record<string, string>>;

const profile = (name: string, env: Env, ...taskEnvs: Env[]) =>
  ({ name, env, tasks: taskEnvs.map((taskEnv) => ({ env: taskEnv })) }) as unknown as ProfileConfig;

function settings(profiles: readonly ProfileConfig[], state: Partial<Config['state']> = {}) {
  return {
    jobs: { repoDir: '/repo', profiles },
    state: {
      backend: 'database',
      dir: '/data/cache',
      isDualWrite: false,
      cacheFile: null,
      nonceFile: null,
      ...state,
    },
  } as Pick<Config, 'state' | 'jobs'>;
}

describe('the namespaces of a profile', () => {
  it('are the base names of its cache files, and its own name', () => {
    const edge = profile('edge', { CACHE_FILENAME: 'deep/edge.txt', NONCE_FILENAME: 'nonce.txt' });
    expect(namespacesOf(settings([edge]), 'edge')).toEqual(['edge.txt', 'nonce.txt', 'edge']);
  });

  it('are those of its tasks too, and of the environment where the profile names none', () => {
    const edge = profile('edge', { NONCE_FILENAME: 'n.txt' }, { CACHE_FILENAME: 'task.txt' });
    const common = { cacheFile: 'all.txt', nonceFile: 'other.txt' };
    expect(namespacesOf(settings([edge], common), 'edge')).toEqual(['all.txt', 'n.txt', 'task.txt', 'edge']);
  });

  it('are its name alone where nothing names a file, or the profile is gone', () => {
    expect(namespacesOf(settings([profile('edge', {}, {})]), 'edge')).toEqual(['edge']);
    expect(namespacesOf(settings([], { cacheFile: 'all.txt' }), 'gone')).toEqual(['gone']);
  });
});

describe('the text file of a namespace', () => {
  const edge = profile('edge', {
    CACHE_FILENAME: '/var/cache/edge.txt',
    NONCE_FILENAME: 'n.txt',
    CACHE_DIR: 'state',
  });
  const all = settings([edge, profile('west', { CACHE_FILENAME: 'west.txt' })], {
    backend: 'file',
    isDualWrite: true,
    cacheFile: 'all.txt',
  });

  it('is where the profile says, else in the folder of all', () => {
    const pathOf = (namespace: string) => findStatePlace(all, namespace).path;
    expect(pathOf('edge.txt')).toBe('/var/cache/edge.txt');
    expect(pathOf('n.txt')).toBe('/repo/state/n.txt');
    expect(pathOf('west.txt')).toBe('/data/cache/west.txt');
    expect(pathOf('new')).toBe('/data/cache/new');
    expect(findStatePlace(all, 'new')).toMatchObject({ backend: 'file', isDualWrite: true });
  });

  it('is listed once, as the first one says', () => {
    const twice = settings([edge, profile('copy', { CACHE_FILENAME: 'edge.txt' })], { cacheFile: 'all.txt' });
    expect(listCacheFiles(twice)).toEqual([
      { namespace: 'all.txt', path: '/data/cache/all.txt' },
      { namespace: 'edge.txt', path: '/var/cache/edge.txt' },
      { namespace: 'n.txt', path: '/repo/state/n.txt' },
    ]);
  });
});

it('the common namespace is that of CACHE_FILENAME', () => {
  expect(commonNamespace(settings([], { cacheFile: '/x/all.txt', nonceFile: 'n' }))).toBe('all.txt');
  expect(commonNamespace(settings([], { nonceFile: 'n' }))).toBeNull();
});
