import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTestFolder } from '../../test/folders.ts';
import { tocsinFileForm } from './file-form.ts';
import { loadConfig } from './load.ts';
import { findProblems } from './problem.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import { collectSecrets } from './secrets.ts';
import { describeConfig, showConfig } from './show.ts';
import type { CheckConfig } from './types.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const keyFile = {
  type: 'service_account',
  project_id: 'shop',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: 'tocsin@shop.iam.example',
};

type Env = Record<string, string>;

/** Loads one check of a component, beside whatever else lies in the folder. */
async function load(check: string, env: Env = {}, files: Env = {}) {
  const cwd = await makeTestFolder();
  const text = `components: [{ id: a, checks: [{ name: x, ${check} }] }]\n`;
  for (const [name, content] of Object.entries({ 'tocsin.yaml': text, ...files }))
    await writeFile(join(cwd, name), content);
  return loadConfig({ cwd, env, isTerminal: false });
}

async function loadCheck(...given: Parameters<typeof load>): Promise<CheckConfig | undefined> {
  return (await load(...given)).components[0]?.checks[0];
}

async function problemsOf(...given: Parameters<typeof load>) {
  return findProblems(await load(...given).catch((error: unknown) => error));
}

const typesense = { TYPESENSE_HOST: 'ts.example.com', TYPESENSE_API_KEY: 'k3y-of-it' };
const firestore = { GOOGLE_APPLICATION_CREDENTIALS: 'key.json' };

describe('a check of a known service', () => {
  it.each<[string, Env, object]>([
    [
      'kind: anthropic',
      { ANTHROPIC_API_KEY: ' k3y ' },
      { kind: 'anthropic', baseUrl: 'https://api.anthropic.com', apiKey: 'k3y', intervalMs: 30_000 },
    ],
    ['kind: openai', { OPENAI_API_KEY: '' }, { baseUrl: 'https://api.openai.com', apiKey: null }],
    ['kind: deepgram', {}, { baseUrl: 'https://api.deepgram.com', apiKey: null }],
    [
      'kind: openai, base_url: "http://127.0.0.1:9/llm//", k_of_n: { k: 1, n: 2 }',
      {},
      { baseUrl: 'http://127.0.0.1:9/llm', kOfN: { k: 1, n: 2 } },
    ],
    ['kind: typesense', typesense, { baseUrl: 'https://ts.example.com:443', apiKey: 'k3y-of-it' }],
    [
      'kind: typesense',
      { ...typesense, TYPESENSE_HOST_PORT: '8108' },
      { baseUrl: 'https://ts.example.com:8108' },
    ],
    ['kind: typesense', { TYPESENSE_HOST: '::1' }, { baseUrl: 'https://[::1]:443', apiKey: null }],
    ['kind: typesense', { TYPESENSE_HOST_PORT: '8108' }, { baseUrl: null }],
    ['kind: typesense, base_url: "http://ts:8108"', typesense, { baseUrl: 'http://ts:8108' }],
    [
      'kind: firestore',
      {},
      { project: null, database: '(default)', document: 'health/tocsin', account: null },
    ],
  ])('of { %s } with %j is asked so: %o', async (check, env, expected) => {
    expect(await loadCheck(check, env)).toMatchObject(expected);
  });

  it('takes its key from .env, and the environment beats it', async () => {
    const files = { '.env': 'OPENAI_API_KEY=of-the-file\n' };
    expect(await loadCheck('kind: openai', {}, files)).toMatchObject({ apiKey: 'of-the-file' });
    expect(await loadCheck('kind: openai', { OPENAI_API_KEY: 'real' }, files)).toMatchObject({
      apiKey: 'real',
    });
  });

  it.each([
    ['kind: firestore', firestore, 'shop'],
    ['kind: firestore', { ...firestore, GOOGLE_CLOUD_PROJECT: 'other' }, 'other'],
    ['kind: firestore, project: mine', { ...firestore, GOOGLE_CLOUD_PROJECT: 'other' }, 'mine'],
  ])('of { %s } with %j has the account of the key file, and the project %s', async (check, env, project) => {
    const config = await load(check, env, { 'key.json': JSON.stringify(keyFile) });
    const account = { email: keyFile.client_email, keyId: 'key-1', privateKey };
    expect(config.components[0]?.checks[0]).toMatchObject({ project, account });
    expect(config.watchedFiles.some((path) => path.endsWith('key.json'))).toBe(true);
  });

  it.each<[string, Env, object]>([
    [
      'kind: openai, base_url: "ftp://h"',
      {},
      { key: 'components[0].checks[0].base_url', expected: expect.stringContaining('http://') },
    ],
    ['kind: openai, base_url: "http://u:p@h"', {}, { key: 'components[0].checks[0].base_url' }],
    ['kind: openai, base_url: "http://h/?x=1"', {}, { key: 'components[0].checks[0].base_url' }],
    ['kind: openai, base_url: "http://h "', {}, { key: 'components[0].checks[0].base_url' }],
    ['kind: openai, base_url: "http://h\\x01"', {}, { key: 'components[0].checks[0].base_url' }],
    [
      'kind: openai, base_url: "https://api.openai.com/v1/"',
      {},
      { key: 'components[0].checks[0].base_url', expected: 'the address without the /v1 of its paths' },
    ],
    ['kind: openai, base_url: "http://h/a b"', {}, { key: 'components[0].checks[0].base_url' }],
    ['kind: deepgram, api_key: k3y', {}, { key: 'components[0].checks[0].api_key' }],
    ['kind: firestore, document: health/..', {}, { key: 'components[0].checks[0].document' }],
    ['kind: firestore, document: a/./b/c', {}, { key: 'components[0].checks[0].document' }],
    ['kind: firestore, document: health', {}, { key: 'components[0].checks[0].document' }],
    [
      'kind: openai, conditions: ["exit_code == 0"]',
      {},
      { expected: 'a condition such as "status == 200"', key: 'components[0].checks[0].conditions[0]' },
    ],
    ['kind: openai', { OPENAI_API_KEY: 'two w0rds' }, { key: 'OPENAI_API_KEY', found: 'a text (not shown)' }],
    ['kind: typesense', { ...typesense, TYPESENSE_HOST_PORT: '0' }, { key: 'TYPESENSE_HOST_PORT' }],
    [
      'kind: typesense',
      { ...typesense, TYPESENSE_HOST: 'http://ts' },
      { key: 'TYPESENSE_HOST', message: expect.stringContaining('base_url') },
    ],
    [
      'kind: typesense',
      { ...typesense, TYPESENSE_HOST: 'user:s3cret@ts' },
      { key: 'TYPESENSE_HOST', found: 'a text (not shown)' },
    ],
    ['kind: firestore', firestore, { found: 'key.json, which does not exist' }],
  ])('of { %s } with %j is refused: %o', async (check, env, problem) => {
    expect(await problemsOf(check, env)).toMatchObject([problem]);
  });

  it.each([
    ['no JSON', '{'],
    ['another kind of credentials', JSON.stringify({ ...keyFile, type: 'authorized_user' })],
    ['a broken key', JSON.stringify({ ...keyFile, private_key: 'k3y' })],
  ])('is refused where its key file holds %s', async (_, content) => {
    expect(await problemsOf('kind: firestore', firestore, { 'key.json': content })).toMatchObject([
      { key: 'GOOGLE_APPLICATION_CREDENTIALS', found: 'key.json, which is no such file' },
    ]);
  });

  it('is the only one that minds what is wrong with its variables', async () => {
    const wrong = { OPENAI_API_KEY: 'two w0rds', TYPESENSE_HOST: 'http://ts', TYPESENSE_HOST_PORT: 'x' };
    expect(await loadCheck('kind: anthropic', { ...wrong, ...firestore })).toMatchObject({ apiKey: null });
    const asked = await loadCheck('kind: typesense, base_url: "http://ts:8108"', wrong);
    expect(asked).toMatchObject({ baseUrl: 'http://ts:8108' });
  });
});

describe('what is shown of a known service', () => {
  it.each<[string, Env, string]>([
    ['kind: openai', { OPENAI_API_KEY: 'k3y-of-it' }, 'k3y-of-it'],
    ['kind: typesense', typesense, 'k3y-of-it'],
    ['kind: firestore', firestore, privateKey],
  ])('of { %s } has no secret in it, and reads back as it was', async (check, env, secret) => {
    const config = await load(check, env, { 'key.json': JSON.stringify(keyFile) });
    expect(showConfig(config)).not.toContain(secret.slice(0, 30));
    expect(showConfig(config, 'json')).not.toContain(secret.slice(0, 30));
    expect(collectSecrets(config)).toContain(secret);
    const form = JSON.stringify(tocsinFileForm(config));
    const again = validateFile(readYaml('tocsin.yaml', form, {}), tocsinSchema);
    expect(again.problems).toEqual([]);
    const { apiKey, account, ...rest } = { apiKey: null, account: null, ...config.components[0]?.checks[0] };
    expect(again.data?.components[0]?.checks[0]).toMatchObject(rest);
  });

  it('names what is not set', async () => {
    expect(describeConfig(await load('kind: typesense'))).toContain(': a (not set: TYPESENSE_HOST)\n');
    expect(describeConfig(await load('kind: typesense', typesense))).toContain(': a\n');
  });
});
