import { expect, it } from 'vitest';
import { loadTestConfig } from '../../../test/supervised.ts';
import { tocsinFileForm } from '../file-form.ts';
import { validateFile } from '../validate.ts';
import { readYaml } from '../yaml-file.ts';
import { tocsinSchema } from './tocsin.ts';

function read(hours: string) {
  const text = `routes:\n  - name: rest\n    channels: []\n    quiet_hours: ${hours}`;
  return validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema);
}

const minuteMs = 60_000;

it.each([
  ['', 240 * minuteMs],
  ['repeat_interval: 90m', 90 * minuteMs],
  ['repeat_interval: off', null],
])('a route that says "%s" tells again after %s ms', async (line, expected) => {
  const text = `routes:\n  - name: rest\n    channels: []\n    ${line}`;
  const { data } = validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema);
  expect(data?.routes[0]?.repeatIntervalMs).toBe(expected);
  const config = await loadTestConfig(() => (data ? { routes: data.routes } : {}));
  const again = validateFile(
    readYaml('tocsin.yaml', JSON.stringify({ routes: tocsinFileForm(config).routes }), {}),
    tocsinSchema,
  );
  expect(again.data?.routes).toEqual(data?.routes);
});

it.each(['5', 'never', '10ms', '0'])('a repeat_interval of %s is refused', (interval) => {
  const text = `routes:\n  - { name: rest, channels: [], repeat_interval: ${interval} }`;
  const { problems } = validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema);
  expect(problems).toMatchObject([{ line: 2, key: 'routes[0].repeat_interval' }]);
});

it.each([
  [
    '{ from: "22:30", to: "07:00", timezone: Europe/Riga }',
    { fromMs: 1350 * minuteMs, toMs: 420 * minuteMs, days: null, timezone: 'Europe/Riga' },
  ],
  [
    '{ from: 00:00, to: 24:00, days: [SAT, SUN] }',
    { fromMs: 0, toMs: 1440 * minuteMs, days: [0, 6], timezone: 'UTC' },
  ],
])('quiet hours are read, and shown in words that read the same again: %s', async (hours, expected) => {
  const { data } = read(hours);
  expect(data?.routes[0]?.quietHours).toEqual(expected);
  const config = await loadTestConfig(() => (data ? { routes: data.routes } : {}));
  const [form] = tocsinFileForm(config).routes as { quiet_hours: object }[];
  expect(read(JSON.stringify(form?.quiet_hours)).data?.routes[0]?.quietHours).toEqual(expected);
});

it.each([
  ['{ from: "22:00" }', 'to', /^a text$/],
  ['{ from: "9:00", to: "12:00" }', 'from', /^a time of day in quotes/],
  ['{ from: "24:00", to: "12:00" }', 'to', /^another time than/],
  ['{ from: "22:00", to: "22:00" }', 'to', /^another time than/],
  ['{ from: "00:00", to: "24:00" }', 'to', /^a time at which they end/],
  ['{ from: "22:00", to: "07:00", timezone: Riga }', 'timezone', /as Europe\/Riga$/],
  ['{ from: "22:00", to: "07:00", days: [sunday] }', 'days[0]', /SUN, MON/],
])('quiet hours %s are refused at %s', (hours, key, expected) => {
  const { data, problems } = read(hours);
  expect(data).toBeNull();
  expect(problems).toMatchObject([
    { line: 4, key: `routes[0].quiet_hours.${key}`, expected: expect.stringMatching(expected) },
  ]);
});
