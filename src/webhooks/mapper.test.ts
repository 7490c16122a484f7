import { expect, onTestFinished, test } from 'vitest';
import { createTestClock, type TestClock } from '../../test/clock.ts';
import { createMapper, type Mapped, type Mapper } from './mapper.ts';

function open(clock: TestClock = createTestClock()): { mapper: Mapper; clock: TestClock } {
  const mapper = createMapper(clock);
  onTestFinished(() => mapper.stop());
  return { mapper, clock };
}

const job = (expression: string, body: string, webhook = 'a', isNdjson = false) => ({
  webhook,
  expression,
  body,
  isNdjson,
  headers: { 'x-event': 'push' },
});

/** Moves time, a little at each turn of the event loop, until the answer is there. */
async function hurry<Result>(clock: TestClock, answer: Promise<Result>): Promise<Result> {
  let isThere = false;
  const stop = () => {
    isThere = true;
  };
  answer.then(stop, stop);
  while (!isThere) {
    await clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

test.each<[string, string, string, unknown]>([
  ['one thing', '{ "title": a & "!" }', '{"a":"x"}', { title: 'x!' }],
  ['a list', 'items.{ "title": $ }', '{"items":["x","y"]}', [{ title: 'x' }, { title: 'y' }]],
  ['nothing', 'items[0]', '{}', []],
  ['what a header says', '$headers."x-event"', '{}', 'push'],
  ['a name that means something to objects', '{ "__proto__": 1 }', '{}', JSON.parse('{"__proto__":1}')],
])('a mapping may make %s', async (_name, expression, body, made) => {
  const { mapper } = open();
  expect(await mapper.map(job(expression, body))).toEqual({ ok: true, made });
});

test('each line of NDJSON is a document, and a wrong one is named', async () => {
  const { mapper } = open();
  const lines = (body: string) => mapper.map(job('{ "title": $number(a) }', body, 'a', true));
  expect(await lines('{"a":1}\n\n{"a":2}\r\n')).toEqual({ ok: true, made: [{ title: 1 }, { title: 2 }] });
  expect(await lines('{"a":1}\n{"a":')).toEqual({
    ok: false,
    problem: 'line 2 of the body is not valid JSON, from column 6 on',
  });
  expect(await lines('{"a":1}\n{"a":"x"}')).toMatchObject({
    problem: /^on line 2 of the body: line 1, column/,
  });
  expect(await lines('1\n'.repeat(1001))).toEqual({ ok: false, problem: 'more than 1000 lines' });
});

test.each<[string, string, string, RegExp]>([
  ['a body that is no JSON', '$', '{', /^the body is not valid JSON, from line 1, column 2 on$/],
  [
    'a wrong argument',
    '{\n  "title": $uppercase(a)\n}',
    '{"a":[1]}',
    /^on the body: line 2, column \d+ of the mapping: Argument 1/,
  ],
  ['an error of its own', '$error("no such plan")', '{}', /no such plan/],
  ['no end', '($f := function($n) { $f($n + 1) }; $f(1))', '{}', /timeout/],
  ['no ground', '($f := function($n) { 1 + $f($n + 1) }; $f(1))', '{}', /Stack overflow/],
  ['a sequence without end', '[1..9999999]', '{}', /sequence length/],
  ['a function', 'function($x) { $x }', '{}', /what is no JSON/],
  ['too much', '$pad("x", 6000000)', '{}', /more than 5242880 characters/],
  ['a nesting without end', '$', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /what is no JSON/],
])('%s is told, with its place', { timeout: 20_000 }, async (_name, expression, body, problem) => {
  const { mapper } = open();
  expect(await mapper.map(job(expression, body))).toEqual({
    ok: false,
    problem: expect.stringMatching(problem),
  });
  expect(await mapper.map(job('$', '1'))).toEqual({ ok: true, made: 1 });
});

const endless = (webhook: string) => job('$match(a, /^(a+)+$/)', `{"a":"${'a'.repeat(60)}b"}`, webhook);

test('what cannot be interrupted is ended in time, and those of others go first', async () => {
  const { mapper, clock } = open();
  const order: string[] = [];
  const note = (name: string) => (mapped: Mapped) => {
    order.push(name);
    return mapped;
  };
  const first = mapper.map(endless('bad')).then(note('bad 1'));
  const second = mapper.map(endless('bad')).then(note('bad 2'));
  const good = mapper.map(job('$', '1', 'good')).then(note('good'));
  const late = { ok: false, problem: 'the mapping takes longer than 2 seconds' };
  expect(await hurry(clock, first)).toEqual(late);
  expect(await good).toEqual({ ok: true, made: 1 });
  expect(await hurry(clock, second)).toEqual(late);
  expect(order).toEqual(['bad 1', 'good', 'bad 2']);
});

test('memory without end ends the mapping and nothing else', { timeout: 20_000 }, async () => {
  const { mapper } = open();
  const doubling = '[1..90000].[[1..90000]]';
  expect(await mapper.map(job(doubling, '{}'))).toMatchObject({ ok: false });
  expect(await mapper.map(job('$', '1'))).toEqual({ ok: true, made: 1 });
});

test('of one webhook no more than its share may wait, and nobody waits for what is stopped', async () => {
  const { mapper } = open();
  const waiting = Array.from({ length: 17 }, () => mapper.map(job('$', '1')));
  await expect(mapper.map(job('$', '1'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const other = mapper.map(job('$', '2', 'other'));
  expect(await Promise.all([...waiting, other])).toHaveLength(18);
  await mapper.stop();
  await expect(mapper.map(job('$', '1'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('after a minute without work the process is gone, and comes again with the next body', async () => {
  const { mapper, clock } = open();
  await mapper.map(job('$', '1'));
  await clock.advance(61_000);
  expect(await mapper.map(job('$', '2'))).toEqual({ ok: true, made: 2 });
});
