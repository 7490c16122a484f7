import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from './load.ts';
import { collectSecrets } from './secrets.ts';
import { describeConfig, showConfig } from './show.ts';

async function load(mode: string, env: Record<string, string>) {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-llm-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await mkdir(join(cwd, 'config'));
  const text = `defaults: { llm_mode: ${mode} }\nrouting: [{ actions: { triage_mode: llm } }]\n`;
  await writeFile(join(cwd, 'config', 'alert_routing_policy.yml'), text);
  return loadConfig({ cwd, env, isTerminal: false });
}

it('off is off, whatever the environment says', async () => {
  const { llm, policy } = await load('off', { LLM_MODEL: 'm', LLM_API_KEY: 'k' });
  expect(llm).toBeNull();
  expect(policy.rules[0]?.actions.triageMode).toBe('llm');
});

it.each([
  [{}, { provider: 'openai', baseUrl: 'https://api.openai.com/v1' }],
  [{ LLM_PROVIDER: 'Anthropic' }, { provider: 'anthropic', baseUrl: 'https://api.anthropic.com' }],
  [{ LLM_BASE_URL: 'https://llm.example.com/v1/' }, { baseUrl: 'https://llm.example.com/v1' }],
])('remote with %j asks there', async (env, expected) => {
  const { llm } = await load('remote', { LLM_MODEL: 'm', LLM_API_KEY: 'k', ...env });
  expect(llm).toMatchObject({ model: 'm', apiKey: 'k', ...expected });
});

it.each([
  'http://127.0.0.1:11434/v1',
  'http://[::1]:1/v1',
  'http://10.1.2.3/v1',
  'http://172.20.0.1/v1',
  'http://ollama:11434/v1',
  'http://gpu.lan/v1',
  'http://[fd00::1]/v1',
])('local takes %s, without a key', async (url) => {
  expect((await load('local', { LLM_MODEL: 'm', LLM_BASE_URL: url })).llm).toMatchObject({ apiKey: null });
});

it.each([
  ['remote', {}, ['LLM_MODEL', 'LLM_API_KEY']],
  ['local', { LLM_MODEL: 'm' }, ['LLM_BASE_URL']],
  ['local', { LLM_MODEL: 'm', LLM_BASE_URL: 'https://api.openai.com/v1' }, ['LLM_BASE_URL']],
  ['local', { LLM_MODEL: 'm', LLM_BASE_URL: 'http://172.32.0.1/' }, ['LLM_BASE_URL']],
  ['remote', { LLM_MODEL: 'm', LLM_API_KEY: 'k', LLM_BASE_URL: 'ftp://x' }, ['LLM_BASE_URL']],
  ['remote', { LLM_MODEL: 'm', LLM_API_KEY: 'k', LLM_PROVIDER: 'other' }, ['LLM_PROVIDER']],
])('%s with %j is refused, naming what is wrong', async (mode, env, keys) => {
  const error = await load(mode, env).catch((error: unknown) => error);
  expect(error).toMatchObject({ details: { problems: keys.map((key) => ({ key })) } });
});

it('its key is shown nowhere, and counts among what may not leave', async () => {
  const config = await load('remote', {
    LLM_MODEL: 'm',
    LLM_API_KEY: 'very-secret-key',
    LLM_BASE_URL: 'https://u:basic-pass@llm.example.com',
    TELEGRAM_BOT_TOKEN_DEFAULT: '12:telegram',
  });
  const shown = showConfig(config) + describeConfig(config);
  for (const secret of ['very-secret-key', 'basic-pass', '12:telegram']) {
    expect(shown).not.toContain(secret);
    expect(collectSecrets(config)).toContain(secret);
  }
  expect(shown).toContain('m at https://u:[redacted]@llm.example.com');
});
