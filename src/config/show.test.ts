import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeEnvironment } from './dotenv.ts';
import { readEnvironment } from './environment.ts';
import { environmentNames } from './environment-names.ts';
import { durationText } from './form.ts';
import { generatedFiles } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { redactText, redactUrl } from './redact.ts';
import { describeConfig, showConfig } from './show.ts';

const text = `
components:
  - id: a
    checks:
      - { name: h, kind: http, url: "http://u:s3cret@h/p?token=s3cret&q=1", body: '{"password": "s3cret"}',
          headers: { Authorization: Bearer s3cret, X-Api-Key: s3cret, Accept: text/html } }
      - { name: c, kind: command, command: [probe, --token=s3cret], env: { ANY: s3cret } }
guard: { kind: http, url: "http://u:s3cret@h/", headers: { X-Api-Key: s3cret }, body: "token=s3cret" }
watchdog: { url: "https://hc.example/s3cret", interval: 90s }
channels:
  hook: { type: webhook, url: "https://hooks.example/T0/s3cret", secret: s3cret, headers: { cookie: s3cret } }
  oncall: { type: telegram, channel: oncall }
  out: { type: log }
routes:
  - { name: all, channels: [hook, oncall] }
  - { name: none, channels: [], quiet_hours: { from: "22:00", to: "07:00", days: [FRI] } }
`;
const env = {
  DATABASE_URL: 'postgres://u:s3cret@h/x?sslpassword=s3cret',
  TELEGRAM_BOT_TOKEN_DEFAULT: '1:s3cret',
  TELEGRAM_BOT_TOKEN_OTHER: '2:s3cret',
};

async function withConfig<Result>(
  use: (config: Awaited<ReturnType<typeof loadConfig>>) => Result,
): Promise<Result> {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-show-'));
  try {
    await writeFile(join(cwd, 'tocsin.yaml'), text);
    return use(await loadConfig({ cwd, env, isTerminal: false }));
  } finally {
    await rm(cwd, { recursive: true });
  }
}

describe('what is shown', () => {
  it.each(['yaml', 'json'] as const)('as %s holds no secret, and says which are set', async (format) => {
    const shown = await withConfig((config) => showConfig(config, format));
    expect(shown).not.toContain('s3cret');
    const form = parse(shown);
    expect(form.channels.hook).toMatchObject({
      url: 'https://hooks.example/[redacted]',
      secret: '[redacted]',
    });
    expect(form.components[0].checks[0]).toMatchObject({
      url: 'http://u:[redacted]@h/p?token=[redacted]&q=1',
      headers: { Accept: 'text/html' },
    });
    expect(form.guard).toMatchObject({ url: 'http://u:[redacted]@h/', interval: '30s', failures_to_down: 1 });
    expect(form.environment.telegram.tokens).toEqual({ OTHER: '[redacted]' });
  });

  it('in the summary is what was understood, and what is not set', async () => {
    const summary = await withConfig(describeConfig);
    expect(summary).not.toContain('s3cret');
    expect(summary).toContain('components  1 with 2 checks: a\nguard       http check guard every 30s');
    expect(summary).toContain(
      'hook (webhook), oncall (telegram, not set: TELEGRAM_CHAT_ID_ONCALL), out (log)',
    );
    expect(summary).toContain('all → hook + oncall, none → nobody (quiet 22:00–07:00 UTC on FRI)');
    expect(summary).toContain('watchdog    https://hc.example/[redacted] every 90s');
    expect(summary).toContain('PostgreSQL at postgres://u:[redacted]@h/x');
  });
});

describe('redaction', () => {
  it.each([
    ['postgres://u:p@h/x', 'postgres://u:[redacted]@h/x'],
    ['postgres://u:p@ss@h/x', 'postgres://u:[redacted]@h/x'],
    ['https://key@sentry.example/1', 'https://[redacted]@sentry.example/1'],
    ['http://h/p?api_key=1&a=b', 'http://h/p?api_key=[redacted]&a=b'],
    ['http://h/p', 'http://h/p'],
    ['not a url', 'not a url'],
  ])('of the URL %s is %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });

  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    ['see http://u:p@h/x now', 'see http://u:[redacted]@h/x now'],
    ['{"client_secret": "x y", "a": 1}', '{"client_secret": [redacted], "a": 1}'],
    ['the token is lost', 'the token is lost'],
    ['my-token=x; old_password_2: y', 'my-token=[redacted]; old_password_2: [redacted]'],
  ])('of the text %s is %s', (plain, expected) => {
    expect(redactText(plain)).toBe(expected);
  });

  // A pattern that looks back over the same letters again and again would take minutes.
  it.each(['y', 'token', '://', '?', '1', 'a '])(
    'of a long text of "%s" takes time as the text is long',
    (part) => {
      const long = part.repeat(200_000 / part.length);
      expect(redactText(long)).toBe(long);
    },
  );
});

it.each([
  [0, '0ms'],
  [1500, '1500ms'],
  [90_000, '90s'],
  [10_800_000, '3h'],
])('%d ms is written %s', (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});

describe('what is generated', () => {
  it('is what the repository holds', async () => {
    for (const { path, content } of generatedFiles())
      expect(await readFile(resolve(path), 'utf8'), path).toBe(content);
  });

  it.each([
    ['alert_routing_policy', 2],
    ['incident_escalation_policy', 3],
    ['incident_intelligence_policy', 4],
  ])('is named by the first line of the shipped %s.yml', async (name, place) => {
    const [first] = (await readFile(resolve(`config/${name}.yml`), 'utf8')).split('\n');
    expect(first).toBe(`# yaml-language-server: $schema=../${generatedFiles()[place]?.path}`);
  });
});

describe('the table of variables', () => {
  it('lists exactly those that are read', () => {
    const asked = new Set<string>(['TOCSIN_CONFIG']);
    const values = new Proxy<Record<string, string>>(
      { TELEGRAM_BOT_TOKEN_X: 'a', TELEGRAM_CHAT_ID_X: '1', TELEGRAM_TOPIC_ID_X: '1' },
      { get: (target, name: string) => (asked.add(name) ? target[name] : undefined) },
    );
    readEnvironment({ ...mergeEnvironment({}, null), values });
    const names = environmentNames.map(({ name }) => name.replace('<CHANNEL>', 'X'));
    expect([...asked].sort()).toEqual(names.sort());
  });
});
