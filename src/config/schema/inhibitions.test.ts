import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tocsinFileForm } from '../file-form.ts';
import { loadConfig } from '../load.ts';
import type { Problem } from '../problem.ts';
import type { Config } from '../types.ts';
import { validateFile } from '../validate.ts';
import { readYaml } from '../yaml-file.ts';
import { tocsinSchema } from './tocsin.ts';

async function load(content: string): Promise<Config> {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-inhibitions-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, 'tocsin.yaml'), content);
  return loadConfig({ cwd, env: {} });
}

const text = `
inhibitions:
  - { name: db-down, when: { service: [db], severity: [P0] }, mute: { labels_not: { team: core } },
      equal: [env, service, component, source, labels.node] }
  - { name: all, when: { kind: [oom] }, mute: { severity: [P3] }, equal: [] }
`;

it('inhibitions are read from the file, and shown in words that read the same again', async () => {
  const { inhibitions, ...config } = await load(text);
  expect(inhibitions[0]).toEqual({
    name: 'db-down',
    when: { service: ['db'], severity: ['P0'] },
    mute: { labelsNot: { team: 'core' } },
    equal: ['env', 'service', 'component', 'source', 'labels.node'],
  });
  const shown = tocsinFileForm({ ...config, inhibitions }).inhibitions;
  expect((await load(JSON.stringify({ inhibitions: shown }))).inhibitions).toEqual(inhibitions);
});

const rule = 'inhibitions:\n  - name: a\n    when: { service: [db] }\n    mute: { service: [api] }\n';

it.each<[string, string, number, string, Partial<Problem>]>([
  [
    'one without equal',
    rule,
    2,
    'inhibitions[0].equal',
    { expected: 'a list such as [service, env, labels.node], or [] for all alerts' },
  ],
  [
    'a field that there is not',
    `${rule}    equal: [host]`,
    5,
    'inhibitions[0].equal[0]',
    { found: '"host"', expected: 'env, service, component, source, or a label as labels.node' },
  ],
  ['a label without a name', `${rule}    equal: [labels.]`, 5, 'inhibitions[0].equal[0]', {}],
  ['an unknown key', `${rule}    equal: []\n    match: {}`, 6, 'inhibitions[0].match', {}],
  [
    'one of everything',
    'inhibitions:\n  - name: a\n    equal: []\n    when: {}\n    mute: { env: [x] }',
    4,
    'inhibitions[0].when',
    { expected: 'at least one key, such as service: [api]' },
  ],
])('%s is refused', (_, content, line, key, rest) => {
  const { problems } = validateFile(readYaml('tocsin.yaml', content, {}), tocsinSchema);
  expect(problems).toEqual([expect.objectContaining({ line, key, ...rest })]);
});

it('names twice and kinds that there are not are found over the whole file', async () => {
  const again = `${rule}    equal: []\n${rule.replace('inhibitions:\n', '').replace('service: [api]', 'kind: [nope]')}    equal: []\n`;
  await expect(load(again)).rejects.toThrow(/a second inhibition "a"/);
  await expect(load(again)).rejects.toThrow(/inhibitions\[1\]\.mute\.kind\[0\]/);
});
