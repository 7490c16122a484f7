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
  ['::tocsin ', /no command follows/],
  ['::tocsin', /no command follows/],
  ['::tocsin shout {}', /"shout" is no command/],
  ['::tocsin s3cret', /"\[redacted\]" is no command/],
  ['::tocsin alert', /followed by no JSON/],
  ['::tocsin alert   ', /followed by no JSON/],
  ['::tocsin alert {"title":', /is no JSON/],
  ['::tocsin alert [{"title":"a"}]', /is no JSON object/],
  ['::tocsin alert null', /is no JSON object/],
  [`::tocsin alert ${'['.repeat(60_000)}${']'.repeat(60_000)}`, /is no JSON/],
])('the line %.40s is told to be wrong', (line, problem) => {
  expect(readCommand(line, redact)).toEqual({ kind: 'problem', problem: expect.stringMatching(problem) });
});

it('no line breaks it', () => {
  const rest = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map((json) => `alert ${json}`),
    fc.tuple(fc.constantFrom('alert', 'metric', ''), fc.string()).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(rest, (text) => {
      const read = readCommand(`::tocsin ${text}`, redact);
      expect(read.kind === 'alert' ? Object.isExtensible(read.body) : read.problem !== '').toBe(true);
    }),
    { numRuns: 2000 },
  );
});
