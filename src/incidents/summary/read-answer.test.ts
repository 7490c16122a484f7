import { expect, it } from 'vitest';
import { readWritten } from './read-answer.ts';

const good = { summary: 'The pool is full.', risk: 'high' };

it.each([
  ['plain JSON', JSON.stringify(good)],
  ['JSON in a fence', `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``],
  ['talk around it', `Sure! ${JSON.stringify({ ...good, risk: ' High' })} Anything else?`],
  ['more than was asked for', JSON.stringify({ ...good, confidence: 1 })],
])('%s is read', (_, text) => {
  expect(readWritten(text)).toEqual(good);
});

it.each([
  ['nothing', ''],
  ['prose', 'The pool is full.'],
  ['broken JSON', '{"summary": "x"'],
  ['an empty summary', '{"summary": " ", "risk": "low"}'],
  ['no risk', '{"summary": "x"}'],
  ['another risk', '{"summary": "x", "risk": "severe"}'],
  ['other types', '{"summary": ["x"], "risk": 1}'],
])('%s is no answer', (_, text) => {
  expect(readWritten(text)).toBeNull();
});

it('a long summary is cut, and what a database cannot hold is replaced', () => {
  const text = JSON.stringify({ summary: `\u0000${'x'.repeat(5000)}`, risk: 'low' });
  const written = readWritten(text);
  expect(written?.summary).toHaveLength(2000);
  expect(written?.summary.startsWith('\ufffd')).toBe(true);
});
