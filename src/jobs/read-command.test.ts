import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCommand } from './index.ts';

const redact = (text: string) => text.replaceAll('s3cret', '[redacted]');

it.each([
  ['::tocsin alert {"title":"disk full"}', { title: 'disk full' }],
  [
    '::tocsin  alert  {"title":"a","labels":{"token":"s3cret"}}',
    { title: 'a', labels: { token: '[redacted]' } },
  ],
  [
    '::tocsin alert {"service":"x","metrics":{"free_percent":3.5}}',
    { service: 'x', metrics: { free_percent: 3.5 } },
  ],
])('the line %s is an alert', (line, body) => {
  expect(readCommand(line, redact)).toEqual({ kind: 'alert', body });
});

it.each([
  ['::tocsin metric rows_copied=12', 'rows_copied', 12],
  ['::tocsin  metric  cost_usd=-.5e-2  ', 'cost_usd', -0.005],
  ['::tocsin metric a=1e999', 'a', Infinity],
])('the line %s is a metric', (line, name, value) => {
  expect(readCommand(line, redact)).toEqual({ kind: 'metric', name, value });
});

it.each([
  ['::tocsin ', /no command follows/],
  ['::tocsin', /no command follows/],
  ['::tocsin shout {}', /"shout" is no command/],
  ['::tocsin s3cret', /"\[redacted\]" is no command/],
  ['::tocsin alert', /followed by no JSON/],
  ['::tocsin alert   ', /followed by no JSON/],
  ['::tocsin alert {"title":', /is no JSON/],
  ['::tocsin alert [{"title":"a"}]', /is no JSON object/],
  ['::tocsin alert null', /is no JSON object/],
  ['::tocsin metric', /followed by "", and not by name=number/],
  ['::tocsin metric s3cret=x', /followed by "\[redacted\]=x"/],
  ['::tocsin metric rows', /name=number/],
  ['::tocsin metric =3', /name=number/],
  ['::tocsin metric Rows=3', /name=number/],
  ['::tocsin metric rows= 3', /name=number/],
  ['::tocsin metric rows=0x10', /name=number/],
  ['::tocsin metric rows=NaN', /name=number/],
  ['::tocsin metric rows=1 bytes=2', /name=number/],
  [`::tocsin metric ${'r'.repeat(65)}=1`, /name=number/],
  [`::tocsin alert ${'['.repeat(60_000)}${']'.repeat(60_000)}`, /is no JSON/],
])('the line %.40s is told to be wrong', (line, problem) => {
  expect(readCommand(line, redact)).toEqual({ kind: 'problem', problem: expect.stringMatching(problem) });
});

it('no line breaks it', () => {
  const rest = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map((json) => `alert ${json}`),
    fc.tuple(fc.constantFrom('alert', 'metric', ''), fc.string()).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('a', 'A', ''), fc.double()).map(([name, value]) => `metric ${name}=${value}`),
  );
  fc.assert(
    fc.property(rest, (text) => {
      const read = readCommand(`::tocsin ${text}`, redact);
      if (read.kind === 'alert') expect(Object.isExtensible(read.body)).toBe(true);
      else if (read.kind === 'metric') expect(read.value).not.toBeNaN();
      else expect(read.problem).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});
