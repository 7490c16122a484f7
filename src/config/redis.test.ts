import { describe, expect, it } from 'vitest';
import { mergeEnvironment } from './dotenv.ts';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';
import { collectSecrets } from './secrets.ts';
import { describeConfig, showConfig } from './show.ts';

const read = (env: Record<string, string>) => {
  const { settings, problems } = readEnvironment(mergeEnvironment(env, null));
  return { url: settings.redis?.url ?? null, problems };
};

describe('where Redis is', () => {
  it.each<[Record<string, string>, string | null]>([
    [{}, null],
    [{ REDIS_URL: 'redis://h' }, 'redis://h'],
    [{ REDIS_URL: 'rediss://u:p@h:1/2', REDIS_HOST: 'other' }, 'rediss://u:p@h:1/2'],
    [{ REDIS_HOST: 'h' }, 'redis://h:6379'],
    [{ REDIS_HOST: '::1', REDIS_PORT: '7' }, 'redis://[::1]:7'],
    [{ REDIS_HOST: '[::1]' }, 'redis://[::1]:6379'],
    [{ REDIS_HOST: 'h', REDIS_PORT: '7', REDIS_PASSWORD: 'p@/ %' }, 'redis://:p%40%2F%20%25@h:7'],
    [{ REDIS_HOST: 'h', REDIS_PORT: 'tcp://10.0.0.1:6379' }, 'redis://h:6379'],
    [{ REDIS_PORT: 'tcp://10.0.0.1:6379' }, null],
  ])('by %j is %s', (env, url) => {
    expect(read(env)).toEqual({ url, problems: [] });
  });

  it.each<[Record<string, string>, string, string]>([
    [{ REDIS_URL: 'http://h' }, 'REDIS_URL', '"http://h"'],
    [{ REDIS_URL: 'redis://:s3cret@h/x' }, 'REDIS_URL', '"redis://:[redacted]@h/x"'],
    [{ REDIS_URL: 'redis://:s3cret@h?a=b' }, 'REDIS_URL', '"redis://:[redacted]@h?a=b"'],
    [{ REDIS_URL: 'redis://:s3cret%@h' }, 'REDIS_URL', '"redis://:[redacted]@h"'],
    [{ REDIS_URL: ':s3cret@h' }, 'REDIS_URL', 'a text (not shown)'],
    [{ REDIS_HOST: 'a b' }, 'REDIS_HOST', '"a b"'],
    [{ REDIS_HOST: 'h', REDIS_PORT: '0' }, 'REDIS_PORT', '"0"'],
    [{ REDIS_PORT: '6380' }, 'REDIS_PORT', '"6380"'],
    [{ REDIS_PASSWORD: 's3cret' }, 'REDIS_PASSWORD', 'a text (not shown)'],
  ])('by %j is refused', (env, key, found) => {
    const { problems } = read(env);
    expect(problems).toMatchObject([{ key, found }]);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });
});

it('is shown without its password, which is a secret in every form of it', async () => {
  const env = { REDIS_HOST: 'h', REDIS_PASSWORD: 's3cret@x' };
  const config = await loadConfig({ env, cwd: import.meta.dirname });
  const shown = `${describeConfig(config)}\n${showConfig(config)}`;
  expect(shown).toContain('redis       redis://:[redacted]@h:6379');
  expect(shown).not.toContain('s3cret');
  expect(collectSecrets(config)).toEqual(['redis://:s3cret%40x@h:6379', 's3cret%40x', 's3cret@x']);
});
