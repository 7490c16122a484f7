import { describe, expect, it } from 'vitest';
import { type Condition, parseCondition } from './condition.ts';
import { type ConditionFacts, conditionHolds, createBody, showCondition } from './evaluate-condition.ts';

const facts: ConditionFacts = {
  status: 503,
  latencyMs: 611.7,
  body: createBody('{"items":[{"ok":true,"n":3,"tags":["a","b"],"none":null}],"name":"api","":1}'),
  headers: {
    'content-type': 'application/json',
    'set-cookie': ['a=1', 'b=2'],
    'x-depth': '12',
    'x-empty': '',
  },
  certificateDays: 20,
  exitCode: 1,
  output: 'queue ready',
};

function evaluateCondition(condition: Condition, given: ConditionFacts) {
  return { holds: conditionHolds(condition, given), shown: showCondition(condition, given) };
}

describe('a condition', () => {
  it.each([
    ['status == 503', true, '503'],
    ['status == 200', false, '503'],
    ['status != 200', true, '503'],
    ['status in [200, 503]', true, '503'],
    ['status not in [200, 503]', false, '503'],
    ['status < 503', false, '503'],
    ['status <= 503', true, '503'],
    ['status > 503', false, '503'],
    ['status >= 503', true, '503'],
    ['latency < 500ms', false, '612ms'],
    ['certificate_days > 21', false, '20'],
    ['exit_code == 1', true, '1'],
    ['output contains ready', true, 'queue ready'],
    ['output not contains ready', false, 'queue ready'],
    ['output > 3', false, 'queue ready'],
    ['header.content-type contains json', true, 'application/json'],
    ['header.set-cookie contains b=2', true, 'a=1, b=2'],
    ['header.x-depth < 20', true, '12'],
    ['header.x-empty == ""', true, 'empty'],
    ['header.x-empty < 1', false, 'empty'],
    ['header.x-none != 1', false, 'missing'],
    ['body contains api', true, JSON.stringify(JSON.parse(facts.body?.text ?? ''))],
    ['body.items[0].ok == true', true, 'true'],
    ['body.items[0].ok == "true"', false, 'true'],
    ['body.items[0].n >= 3', true, '3'],
    ['body.items[0].none == null', true, 'null'],
    ['body.items[0].none.deeper == 1', false, 'missing'],
    ['body.items[1].ok == true', false, 'missing'],
    ['body.items[0].tags contains b', true, '["a","b"]'],
    ['body.items[0].n contains 3', false, '3'],
    ['body.items[0].ok > 0', false, 'true'],
    ['body.constructor != 1', false, 'missing'],
    ['body.name in [api, web]', true, 'api'],
  ])('%s: %s', (text, holds, was) => {
    expect(evaluateCondition(parseCondition(text), facts)).toEqual({ holds, shown: `${text}, was ${was}` });
  });

  it.each([
    'status == 200',
    'latency < 1s',
    'certificate_days > 1',
    'exit_code != 0',
    'output != x',
    'header.a != b',
    'body != x',
    'body.a != 1',
  ])('without the fact, %s does not hold and says that it was missing', (text) => {
    expect(evaluateCondition(parseCondition(text), {})).toEqual({
      holds: false,
      shown: `${text}, was missing`,
    });
  });

  it('finds nothing in a body that is no JSON', () => {
    const body = createBody('<html>');
    expect(evaluateCondition(parseCondition('body.ok == true'), { body }).shown).toBe(
      'body.ok == true, was missing',
    );
  });

  it('holds when one alternative holds, and shows one value a subject', () => {
    expect(evaluateCondition(parseCondition('status == 200 or status == 503'), facts)).toEqual({
      holds: true,
      shown: 'status == 200 or status == 503, was 503',
    });
    expect(evaluateCondition(parseCondition('status == 200 or body.name == web'), facts)).toEqual({
      holds: false,
      shown: 'status == 200 or body.name == web, was status 503, body.name api',
    });
  });

  it('cuts the values shown at 200 characters', () => {
    const { shown } = evaluateCondition(parseCondition('output == x'), { output: 'y'.repeat(5000) });
    expect(shown).toBe(`output == x, was ${'y'.repeat(199)}…`);
  });

  it('takes out of the values shown what is to be hidden, before they are cut', () => {
    const output = `${'y'.repeat(198)}secret`;
    const shown = showCondition(parseCondition('output == x'), { output }, (text) =>
      text.replace('secret', '-'),
    );
    expect(shown).toBe(`output == x, was ${'y'.repeat(198)}-`);
  });
});
