import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tocsinFileForm } from '../file-form.ts';
import { loadConfig } from '../load.ts';
import type { Problem } from '../problem.ts';
import type { Config } from '../types.ts';
import { validateFile } from '../validate.ts';
import { readYaml } from '../yaml-file.ts';
import { tocsinSchema } from './tocsin.ts';

const text = `
components: [{ id: api }]
silences:
  - { name: noisy, match: { labels_not: { team: core }, labels_regex: { zone: "eu-.*" } },
      ends_at: "2026-04-01T00:00:00Z" }
maintenance:
  - { name: weekly, cron: "0 3 * * SUN", timezone: Europe/Riga, duration: 1h, components: [api] }
  - { name: move, start: "2026-03-01T12:00:00Z", end: "2026-03-01T14:00:00+01:00", match: { env: [staging] } }
`;

async function load(content: string): Promise<Config> {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-silences-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, 'tocsin.yaml'), content);
  return loadConfig({ cwd, env: {} });
}

describe('silences and maintenance', () => {
  it('are read from the file, times in milliseconds', async () => {
    const { silences, maintenance } = await load(text);
    expect(silences).toEqual([
      {
        name: 'noisy',
        match: { labelsNot: { team: 'core' }, labelsRegex: { zone: 'eu-.*' } },
        startsAt: null,
        endsAt: Date.parse('2026-04-01T00:00:00Z'),
        comment: null,
      },
    ]);
    const schedules = maintenance.map(({ name, match, schedule }) => ({ name, match, schedule }));
    expect(schedules).toEqual([
      {
        name: 'weekly',
        match: { component: ['api'] },
        schedule: { kind: 'cron', cron: '0 3 * * SUN', timezone: 'Europe/Riga', durationMs: 3_600_000 },
      },
      {
        name: 'move',
        match: { env: ['staging'] },
        schedule: {
          kind: 'once',
          startsAt: Date.parse('2026-03-01T12:00:00Z'),
          endsAt: Date.parse('2026-03-01T13:00:00Z'),
        },
      },
    ]);
  });

  it('are shown in words that read the same again', async () => {
    const config = await load(text);
    const { silences, maintenance } = tocsinFileForm(config);
    const again = await load(JSON.stringify({ components: [{ id: 'api' }], silences, maintenance }));
    expect([again.silences, again.maintenance]).toEqual([config.silences, config.maintenance]);
  });
});

type Row = [name: string, text: string, line: number, key: string, rest: Partial<Problem>];

const rows: Row[] = [
  ['a silence', 'silences: [1]', 1, 'silences[0]', { expected: 'a map of keys and values' }],
  [
    'a silence of everything',
    'silences:\n  - { name: a, match: {} }',
    2,
    'silences[0].match',
    { expected: 'at least one key, such as service: [api]' },
  ],
  ['a silence of any label', 'silences:\n  - { name: a, match: { labels: {} } }', 2, 'silences[0].match', {}],
  [
    'a pattern that is none',
    'silences:\n  - { name: a, match: { labels_regex: { zone: "(" } } }',
    2,
    'silences[0].match.labels_regex.zone',
    { found: '"("', expected: expect.stringMatching(/^a regular expression/) },
  ],
  [
    'a silence that ends before it begins',
    'silences:\n  - { name: a, match: { env: [x] }, starts_at: "2026-03-01T12:00:00Z", ends_at: "2026-03-01T11:00:00Z" }',
    2,
    'silences[0].ends_at',
    { expected: 'a time after starts_at' },
  ],
  [
    'a time without its zone',
    'silences:\n  - { name: a, match: { env: [x] }, ends_at: "2026-03-01 12:00" }',
    2,
    'silences[0].ends_at',
    { expected: expect.stringMatching(/ISO-8601/) },
  ],
  [
    'a maintenance of nothing',
    'maintenance:\n  - { name: weekly, cron: "0 3 * * SUN", duration: 1h }',
    2,
    'maintenance[0].components',
    {},
  ],
  [
    'components twice',
    'maintenance:\n  - { name: a, cron: "0 3 * * *", duration: 1h, components: [x], match: { component: [y] } }',
    2,
    'maintenance[0].components',
    { expected: 'components or match.component, not both' },
  ],
  [
    'bad cron text',
    'maintenance:\n  - { name: a, cron: "0 3 * *", duration: 1h, match: { env: [x] } }',
    2,
    'maintenance[0].cron',
    { found: '"0 3 * *"', expected: expect.stringMatching(/^a cron expression; position 8: found 4 fields/) },
  ],
  [
    'a day that never comes',
    'maintenance:\n  - { name: a, cron: "0 3 30 2 *", duration: 1h, match: { env: [x] } }',
    2,
    'maintenance[0].cron',
    {},
  ],
  [
    'an unknown time zone',
    'maintenance:\n  - { name: a, cron: "0 3 * * *", timezone: Europe/Rigga, duration: 1h, match: { env: [x] } }',
    2,
    'maintenance[0].timezone',
    {},
  ],
  [
    'a maintenance without end',
    'maintenance:\n  - { name: a, cron: "0 3 * * *", match: { env: [x] } }',
    2,
    'maintenance[0].duration',
    {},
  ],
  [
    'a cron that begins at a time',
    'maintenance:\n  - { name: a, cron: "0 3 * * *", duration: 1h, start: "2026-03-01T12:00:00Z", match: { env: [x] } }',
    2,
    'maintenance[0].start',
    {},
  ],
  [
    'work done once without an end',
    'maintenance:\n  - { name: a, start: "2026-03-01T12:00:00Z", match: { env: [x] } }',
    2,
    'maintenance[0].end',
    {},
  ],
  [
    'work done once that ends first',
    'maintenance:\n  - { name: a, start: "2026-03-01T12:00:00Z", end: "2026-03-01T12:00:00Z", match: { env: [x] } }',
    2,
    'maintenance[0].end',
    { expected: 'a time after start' },
  ],
  [
    'work done once with a duration',
    'maintenance:\n  - { name: a, start: "2026-03-01T12:00:00Z", end: "2026-03-01T13:00:00Z", duration: 1h, match: { env: [x] } }',
    2,
    'maintenance[0].duration',
    {},
  ],
];

it.each(rows)('%s is a problem with its line and what is expected', (_, content, line, key, rest) => {
  const { problems } = validateFile(readYaml('tocsin.yaml', content, {}), tocsinSchema);
  expect(problems).toEqual([expect.objectContaining({ file: 'tocsin.yaml', line, key, ...rest })]);
});

it('bad cron text is told beside a zone that is none', () => {
  const content =
    'maintenance:\n  - { name: a, cron: "0 25 * * *", timezone: Mars, duration: 1h, match: { env: [x] } }';
  const { problems } = validateFile(readYaml('tocsin.yaml', content, {}), tocsinSchema);
  expect(problems.map(({ key }) => key)).toEqual(['maintenance[0].timezone', 'maintenance[0].cron']);
});
