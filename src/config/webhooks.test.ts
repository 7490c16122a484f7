import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from './load.ts';
import { findProblems } from './problem.ts';
import { collectSecrets } from './secrets.ts';
import { describeConfig, showConfig } from './show.ts';

const loadText = async (text: string, env: Record<string, string> = {}) => {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-webhooks-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, 'tocsin.yaml'), text);
  return loadConfig({ cwd, env, isTerminal: false });
};

const all = `
webhooks:
  hub: { verify: hmac, secret: geheim-hub, mapping: "$" }
  svix: { verify: standard, secret: whsec_Z2VoZWltLXN2aXg=, tolerance: 1m, mapping: "$", severities: { Sev1: P0 } }
  tok: { verify: token, secret: geheim-token, header: Authorization, mapping: "$", defaults: { service: a } }
  way: { verify: path, secret: geheim-im-pfad-0, mapping: "$" }
  off: { verify: hmac, secret: "\${NOT_THERE:-}", mapping: "$" }
`;

test('every kind of webhook is read, and shown so that it can be read again, without its secrets', async () => {
  const config = await loadText(all);
  expect(config.webhooks).toMatchObject({
    hub: { proof: { kind: 'hmac', secret: 'geheim-hub', header: 'x-hub-signature-256' }, defaults: {} },
    svix: { proof: { kind: 'standard', toleranceMs: 60_000 }, severities: { sev1: 'P0' } },
    tok: { proof: { kind: 'token', header: 'authorization' }, defaults: { service: 'a' } },
    way: { proof: { kind: 'path' } },
    off: { proof: { secret: null } },
  });
  expect(showConfig(config)).not.toContain('geheim');
  expect(collectSecrets(config)).toEqual(expect.arrayContaining(['geheim-hub', 'geheim-im-pfad-0']));
  expect(parse(showConfig(config)).webhooks.svix).toEqual({
    verify: 'standard',
    secret: '[redacted]',
    tolerance: '1m',
    mapping: '$',
    defaults: {},
    severities: { sev1: 'P0' },
  });
  expect(describeConfig(config)).toMatch(
    /webhooks +hub \(hmac\), .*off \(hmac, refuses everything: its secret/,
  );
});

const entry = (rest: string) => `webhooks:\n  a:\n    ${rest.replaceAll('\n', '\n    ')}\n`;

test.each<[string, string, number, string, Record<string, unknown>]>([
  [
    'a mapping that is no JSONata',
    entry('verify: hmac\nsecret: x\nmapping: |\n  {\n    "title": a &&\n  }'),
    5,
    'webhooks.a.mapping',
    {
      expected: 'a JSONata expression',
      message: expect.stringMatching(/^line 2, column \d+ of the expr.*&/),
    },
  ],
  ['no mapping', entry('verify: hmac'), 3, 'webhooks.a.mapping', { found: 'nothing' }],
  [
    'an unknown proof',
    entry('verify: md5\nmapping: "$"'),
    3,
    'webhooks.a.verify',
    { expected: expect.stringContaining('hmac') },
  ],
  ['a key of another proof', entry('verify: path\nheader: x\nmapping: "$"'), 4, 'webhooks.a.header', {}],
  [
    'a short secret in a path',
    entry('verify: path\nsecret: kurz\nmapping: "$"'),
    4,
    'webhooks.a.secret',
    { found: 'a text (not shown)' },
  ],
  [
    'a key that is no base64',
    entry('verify: standard\nsecret: whsec_ä\nmapping: "$"'),
    4,
    'webhooks.a.secret',
    {},
  ],
  [
    'a kind that there is not',
    entry('verify: hmac\nmapping: "$"\ndefaults: { kind: weather }'),
    5,
    'webhooks.a.defaults.kind',
    { found: 'the unknown alert kind "weather"' },
  ],
  [
    'a word for no severity',
    entry('verify: hmac\nmapping: "$"\nseverities: { sev1: P9 }'),
    5,
    'webhooks.a.severities.sev1',
    {},
  ],
])('%s is refused with its place', async (_name, text, line, key, rest) => {
  const error = await loadText(text).catch((caught: unknown) => caught);
  expect(findProblems(error)).toMatchObject([{ file: 'tocsin.yaml', line, key, ...rest }]);
});
