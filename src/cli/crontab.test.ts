import { expect, test } from 'vitest';
import type { ProfileConfig } from '../config/index.ts';
import { type CrontabPlace, renderCrontab } from './crontab.ts';

const place: CrontabPlace = {
  folder: '/srv/tocsin',
  program: '/opt/tocsin/bin/tocsin',
  options: [],
  timezone: 'UTC',
  variables: [],
};

const profile = (name: string, cron: string, rest: Partial<ProfileConfig> = {}) =>
  ({ name, cron, timezone: 'UTC', enabled: true, ...rest }) as ProfileConfig;

const timesOf = (cron: string) => renderCrontab([profile('a', cron)], place).split('\t')[0];

test('every enabled profile is a line: times, a tab, and a command that works from anywhere', () => {
  const profiles = [
    profile('edge', '*/15 * * * *'),
    profile('off', '0 1 * * *', { enabled: false }),
    profile('nightly', '@daily'),
  ];
  expect(renderCrontab(profiles, place)).toBe(
    '*/15 * * * *\tcd /srv/tocsin && /opt/tocsin/bin/tocsin run edge\n' +
      '@daily\tcd /srv/tocsin && /opt/tocsin/bin/tocsin run nightly\n',
  );
  expect(renderCrontab([], place)).toBe('');
});

test('paths are quoted for the shell and for cron', () => {
  const strange = { ...place, folder: "/srv/it's 100%", options: ['--config', '/etc/a b.yaml'] };
  expect(renderCrontab([profile('edge', '0 3 * * *')], strange)).toBe(
    "0 3 * * *\tcd '/srv/it'\\''s 100\\%' && /opt/tocsin/bin/tocsin run edge --config '/etc/a b.yaml'\n",
  );
});

test.each([
  ['0 3 * * 1-5', '0 3 * * 1-5'],
  ['  0   3 * JUL SUN ', '0 3 * JUL SUN'],
  ['5/15 2/3 1/2 * 1/2', '5-59/15 2-23/3 1-31/2 * 1-7/2'],
  ['1-9/2,*/20,30/10 * * * *', '1-9/2,*/20,30-59/10 * * * *'],
  ['0 3 * * * 0', '0 3 * * *'],
  ['0 3 * * WED', '0 3 * * WED'],
])('%j is written %j', (cron, expected) => {
  expect(timesOf(cron)).toBe(expected);
});

test.each([
  '* * * * * */10',
  '0 3 L * *',
  '0 3 LW * *',
  '0 3 15W * *',
  '0 3 * * 5L',
  '0 3 * * FRIL',
  '0 3 * * 5#2',
])('%j, which cron cannot read, is said and not written', (cron) => {
  expect(renderCrontab([profile('a', cron), profile('b', '0 1 * * *')], place)).toBe(
    `# a: cron cannot read "${cron}"; tocsin serve runs it\n` +
      '0 1 * * *\tcd /srv/tocsin && /opt/tocsin/bin/tocsin run b\n',
  );
});

test('another zone than that of the host is said, and ends with its profiles', () => {
  const profiles = [
    profile('a', '0 1 * * *'),
    profile('b', '0 2 * * *', { timezone: 'Europe/Riga' }),
    profile('c', '0 3 * * *', { timezone: 'Europe/Riga' }),
    profile('d', '0 4 * * *'),
  ];
  const lines = renderCrontab(profiles, place).replaceAll(/\t.*/g, '').trimEnd().split('\n');
  const comment = (zone: string) =>
    `# the next lines go by ${zone}; cronie and supercronic read CRON_TZ, Debian's cron does not`;
  expect(lines).toEqual([
    '0 1 * * *',
    comment('Europe/Riga'),
    'CRON_TZ=Europe/Riga',
    '0 2 * * *',
    '0 3 * * *',
    comment('UTC'),
    'CRON_TZ=UTC',
    '0 4 * * *',
  ]);
});

test('variables that only the shell has are named, without their values', () => {
  expect(renderCrontab([], { ...place, variables: ['DATABASE_URL', 'REPO_DIR'] })).toBe(
    '# DATABASE_URL, REPO_DIR are set here and not for cron: write what it needs into /srv/tocsin/.env\n',
  );
});
