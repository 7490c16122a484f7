import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ManifestCommand } from './manifest-types.ts';
import { readFields } from './read-fields.ts';
import { render } from './render.ts';

const command: ManifestCommand = {
  action: 'x.y',
  command: 'x y',
  summary: '',
  args: [{ name: 'alert_ref', kind: 'text', required: true, help: '' }],
  options: [
    { name: 'window_minutes', kind: 'number', required: false, help: '' },
    { name: 'severity_in', kind: 'list', required: false, help: '' },
    { name: 'labels', kind: 'map', required: false, help: '' },
    { name: 'evidence', kind: 'json', required: false, help: '' },
    { name: 'force', kind: 'flag', required: false, help: '' },
    { name: 'content', kind: 'file', required: false, help: '' },
    { name: 'service', kind: 'list', within: 'matchers', required: false, help: '' },
    { name: 'labels_not', kind: 'map', within: 'matchers', required: false, help: '' },
  ],
  print: null,
  http: null,
};

test('a command line becomes the fields of the action', () => {
  const options = {
    windowMinutes: '15',
    severityIn: ['P0,P1', 'P2'],
    labels: ['node=n1', 'note=a=b'],
    evidence: '{"query":"x"}',
    force: true,
    json: true,
    url: 'http://elsewhere',
  };
  expect(readFields(command, ['a1'], options)).toEqual({
    alert_ref: 'a1',
    window_minutes: 15,
    severity_in: ['P0', 'P1', 'P2'],
    labels: { node: 'n1', note: 'a=b' },
    evidence: { query: 'x' },
    force: true,
  });
});

test('the keys of a field may be options of their own', () => {
  const options = { service: ['api,web'], labelsNot: ['team=core'] };
  expect(readFields(command, ['a1'], options)).toEqual({
    alert_ref: 'a1',
    matchers: { service: ['api', 'web'], labels_not: { team: 'core' } },
  });
});

test('a text that names a file is the JSON in it', async () => {
  const field = { name: 'alert', kind: 'text or file', required: true, help: '' } as const;
  const taking = { ...command, args: [field], options: [] };
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-words-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'alert.json');
  await writeFile(file, '{"service":"api"}');
  expect(readFields(taking, [file], {})).toEqual({ alert: { service: 'api' } });
  expect(readFields(taking, ['alrt_1'], {})).toEqual({ alert: 'alrt_1' });
  await writeFile(file, '{');
  expect(() => readFields(taking, [file], {})).toThrow('alert: is not valid JSON');
  for (const absent of ['alert.json', './alert', folder])
    expect(() => readFields(taking, [absent], {})).toThrow(`alert: cannot read ${absent}`);
});

test('a text that is no number reaches the schema as it is', () => {
  expect(readFields(command, ['a1'], { windowMinutes: 'soon' })).toMatchObject({ window_minutes: 'soon' });
});

test('a path becomes what the file holds: text as itself, anything else in base64', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-words-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'file');
  for (const [bytes, content] of [
    [Buffer.from('ü'), 'ü'],
    [Buffer.from([0x89, 0x50]), 'iVA='],
  ] as const) {
    await writeFile(path, bytes);
    expect(readFields(command, ['a1'], { content: path })).toMatchObject({ content });
  }
});

test.each([
  [{ labels: ['node'] }, 'labels: "node" is not key=value'],
  [{ labels: ['=x'] }, 'is not key=value'],
  [{ evidence: '{' }, 'evidence: is not valid JSON'],
  [{ content: '/nowhere/at/all' }, 'content: cannot read /nowhere/at/all'],
])('%o is refused', (options, message) => {
  expect(() => readFields(command, ['a1'], options)).toThrow(message);
});

test('a list is a table of what people look for, with the way to the next page', () => {
  const rows = [
    { id: 'a', severity: 'P1', status: 'open', title: 'short', extra: { deep: 1 }, owner: null },
    { id: 'b', severity: 'INFO', status: 'resolved', title: 'much longer', extra: {}, owner: null },
  ];
  expect(render({ data: rows, next_cursor: 'n1', limit: 2 }, null)).toBe(
    [
      'id  severity  status    title',
      'a   P1        open      short',
      'b   INFO      resolved  much longer',
      'more: --cursor n1',
    ].join('\n'),
  );
  expect(render({ data: [], next_cursor: null, limit: 2 }, null)).toBe('nothing');
  expect(
    render({ data: [], next_cursor: 'n1', limit: 2, searched_to: '2026-03-01T12:00:00.000Z' }, null),
  ).toBe('nothing\nsearched back to 2026-03-01T12:00:00.000Z\nmore: --cursor n1');
});

test('one thing is lines of key and value, what is empty left out', () => {
  const thing = {
    id: 'a',
    owner: null,
    labels: { node: 'n1' },
    events: [{ id: 'e', reason: 'x' }],
    links: [],
  };
  expect(render(thing, null)).toBe(
    ['id: a', 'labels:', '  node: n1', 'events:', '  id  reason', '  e   x'].join('\n'),
  );
});

test('a field that is to be printed alone stands alone', () => {
  expect(render({ token: 'toc_x', role: 'admin' }, 'token')).toBe('toc_x');
});

test('what others reported cannot command the terminal', () => {
  const shown = render({ title: '\u001b[2Jgone\u0007\u009b31m', note: 'two\nlines' }, null);
  expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  expect(shown).toContain('two\n  lines');
});

test('a timeline shows when, what, by whom and the first line of what was said', () => {
  const event = {
    id: 'evt_1',
    at: '2026-03-01T12:00:00Z',
    type: 'note',
    actor: 'ann',
    occurrences: 1,
    meta: {},
  };
  const events = [
    { ...event, message: 'drained the queue\nand waited' },
    { ...event, message: 'x'.repeat(200) },
  ];
  const [head, first, second] = render({ data: events }, null).split('\n');
  expect(head?.split(/ +/)).toEqual(['at', 'type', 'actor', 'occurrences', 'message']);
  expect(first).toMatch(/^2026-03-01T12:00:00Z {2}note {2}ann {4}1 +drained the queue …$/);
  expect(second).toMatch(/ x{200}$/);
});
