import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCheck } from '../src/checks/index.ts';
import { type CheckConfig, type Env, loadConfig } from '../src/config/index.ts';
import { createSystemClock } from '../src/core/clock.ts';
import { makeTestFolder } from './folders.ts';
import { startProvider } from './provider.ts';

const configPath = join(import.meta.dirname, '..', 'examples', 'services.yaml');
const clock = createSystemClock();

/** Answers what the example's checks find, by component, where the services are all at one address. */
async function runExample(url: string, env: Env): Promise<Record<string, string>> {
  const { components } = await loadConfig({ configPath, cwd: import.meta.dirname, env });
  const found = components.flatMap(({ id, checks }) =>
    checks.map(async (check) => {
      const moved: CheckConfig = 'baseUrl' in check ? { ...check, baseUrl: url } : check;
      const { status, reason } = await runCheck({ ...moved, retries: 0 }, { clock });
      return [id, reason === null ? status : `${status} ${reason}`];
    }),
  );
  return Object.fromEntries(await Promise.all(found));
}

async function makeKeys(): Promise<Env> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const path = join(await makeTestFolder(), 'key.json');
  const account = { project_id: 'shop', private_key_id: 'k', client_email: 'tocsin@shop.iam.example' };
  await writeFile(path, JSON.stringify({ type: 'service_account', ...account, private_key: privateKey }));
  return {
    ANTHROPIC_API_KEY: 'a-key',
    DEEPGRAM_API_KEY: 'd-key',
    OPENAI_API_KEY: 'o-key',
    TYPESENSE_HOST: 'search.example.com',
    TYPESENSE_API_KEY: 't-key',
    GOOGLE_APPLICATION_CREDENTIALS: path,
  };
}

it('the six components of the example are ok where their services are, and down where these fail', async () => {
  const services = await startProvider({ body: '{"ok":true}' });
  const env = { ...(await makeKeys()), LISTEN_URL: services.url };
  const everywhere = (status: string) =>
    Object.fromEntries(
      ['chat', 'transcription', 'listen', 'ai', 'storage', 'search'].map((id) => [id, status]),
    );
  expect(await runExample(services.url, env)).toEqual(everywhere('ok'));
  expect(services.requests.map(({ path }) => path).sort()).toEqual([
    '/health',
    '/healthz',
    '/v1/models',
    '/v1/models?limit=1',
    '/v1/projects',
    '/v1/projects/shop/databases/(default)/documents/health/tocsin',
  ]);
  services.answer({ status: 503 });
  expect(await runExample(services.url, env)).toEqual(everywhere('down status_mismatch'));
});

it('without any key the example asks only what needs none', async () => {
  const services = await startProvider();
  const unset = 'unknown not_configured';
  expect(await runExample(services.url, { LISTEN_URL: services.url })).toEqual({
    ...{ chat: unset, transcription: unset, ai: unset, storage: unset, search: unset },
    listen: 'ok',
  });
  expect(services.requests.map(({ path }) => path)).toEqual(['/healthz']);
});
