import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDoor } from '../../../test/door.ts';
import { makeTestFolder } from '../../../test/folders.ts';
import { startProvider } from '../../../test/provider.ts';
import { loadConfig } from '../../config/index.ts';

/** Opens a door on three services of which each has one check on demand, with what the environment says of their keys. */
async function openServices(url: string, env: Record<string, string>) {
  const cwd = await makeTestFolder();
  const services = ['openai', 'deepgram', 'typesense'].map(
    (kind) =>
      `  - { id: ${kind}, checks: [{ name: api, kind: ${kind}, base_url: "${url}", interval: on_demand }] }\n`,
  );
  await writeFile(join(cwd, 'tocsin.yaml'), `components:\n${services.join('')}`);
  const { components } = await loadConfig({ cwd, env });
  return openDoor({ config: { components } });
}

test('services without a key are not configured, name no variable to strangers, and do not count', async () => {
  const provider = await startProvider();
  const env = { OPENAI_API_KEY: 'k3y-of-the-shop', DEEPGRAM_API_KEY: '' };
  const { server, bearer } = await openServices(provider.url, env);
  const answered = await server.inject({ url: '/v1/health/services' });
  expect(answered.statusCode).toBe(200);
  expect(answered.json()).toMatchObject({
    status: 'ok',
    services: {
      openai: { status: 'ok', provider: 'openai' },
      deepgram: { status: 'unknown', reason: 'not_configured', provider: 'deepgram' },
      typesense: { status: 'unknown', reason: 'not_configured', provider: 'typesense' },
    },
  });
  expect(answered.body).not.toContain('API_KEY');
  expect(provider.requests.map(({ path }) => path)).toEqual(['/v1/models']);
  const known = await server.inject({ url: '/v1/health/deepgram', headers: await bearer('viewer') });
  expect(known.json()).toMatchObject({ detail: 'DEEPGRAM_API_KEY is not set' });
});

test('with no key at all nothing is known, which is no failure', async () => {
  const { server } = await openServices('http://127.0.0.1:9', {});
  const answered = await server.inject({ url: '/v1/health/services' });
  expect(answered).toMatchObject({ statusCode: 200 });
  expect(answered.json()).toMatchObject({ status: 'unknown' });
});

test('a key that is refused is 503, and told by its name to those who may read it', async () => {
  const provider = await startProvider({ status: 401 });
  const { server, bearer, lines } = await openServices(provider.url, { OPENAI_API_KEY: 'k3y-of-the-shop' });
  expect(await server.inject({ url: '/v1/health/openai' })).toMatchObject({ statusCode: 503 });
  const known = await server.inject({ url: '/v1/health/openai', headers: await bearer('viewer') });
  expect(known.json()).toMatchObject({
    status: 'down',
    error: 'status_mismatch',
    detail: 'status in [200, 429], was 401: the key in OPENAI_API_KEY is refused',
  });
  expect(known.body + JSON.stringify(lines)).not.toContain('k3y-of-the-shop');
});
