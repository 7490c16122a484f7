import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition, subjectsByKind } from './condition.ts';
import { AppError } from './errors.ts';

describe('parseCondition', () => {
  it.each([
    ['status == 200', { name: 'status' }, '==', [200]],
    ['  status==200  ', { name: 'status' }, '==', [200]],
    ['status in [200, 206]', { name: 'status' }, 'in', [200, 206]],
    ['status not  in [500,503]', { name: 'status' }, 'not in', [500, 503]],
    ['latency < 500ms', { name: 'latency' }, '<', [500]],
    ['latency <= 1.5s', { name: 'latency' }, '<=', [1500]],
    ['certificate_days > 21', { name: 'certificate_days' }, '>', [21]],
    ['exit_code == 0', { name: 'exit_code' }, '==', [0]],
    ['output contains ready', { name: 'output' }, 'contains', ['ready']],
    ['output not contains "not ready"', { name: 'output' }, 'not contains', ['not ready']],
    ["output == 'it''s'".replace("''", "\\'"), { name: 'output' }, '==', ["it's"]],
    ['output == "a\\nb"', { name: 'output' }, '==', ['a\nb']],
    ['output >= 3', { name: 'output' }, '>=', [3]],
    ['header.Content-Type contains json', { name: 'header', header: 'content-type' }, 'contains', ['json']],
    ['header.x-version == 2', { name: 'header', header: 'x-version' }, '==', ['2']],
    ['body contains ok', { name: 'body', path: [] }, 'contains', ['ok']],
    ['body.items[0].ok == true', { name: 'body', path: ['items', 0, 'ok'] }, '==', [true]],
    ['body["odd key"].n > -1.5', { name: 'body', path: ['odd key', 'n'] }, '>', [-1.5]],
    ['body.error == null', { name: 'body', path: ['error'] }, '==', [null]],
    ['body.n in [1, "1", false, one]', { name: 'body', path: ['n'] }, 'in', [1, '1', false, 'one']],
  ])('reads %s', (text, subject, operator, values) => {
    expect(parseCondition(text).alternatives).toMatchObject([{ subject, operator, values }]);
  });

  it('reads alternatives joined by or, and keeps the text without the spaces around it', () => {
    const condition = parseCondition(' status == 200 or status == 404 or body.ok == true ');
    expect(condition.text).toBe('status == 200 or status == 404 or body.ok == true');
    expect(condition.alternatives.map((comparison) => comparison.subjectText)).toEqual([
      'status',
      'status',
      'body.ok',
    ]);
  });

  it.each([
    ['latency < potato', 'found "potato" at position 11, expected a duration such as 500ms'],
    ['latency < 500', 'found "500" at position 11, expected a duration such as 500ms'],
    ['latency < "5s"', 'found ""5s"" at position 11, expected a duration such as 500ms'],
    ['latency == 5s', 'found "==" at position 9, expected an operator for latency: <, <=, >, >='],
    [
      'status contains 3',
      'found "contains" at position 8, expected an operator for status: ==, !=, in, not in, <, <=, >, >=',
    ],
    ['status == 20', 'found "20" at position 11, expected a status from 100 to 599'],
    ['status == 200.5', 'found "200.5" at position 11, expected a status from 100 to 599'],
    ['status in 200', 'found "200" at position 11, expected a list such as [200, 206]'],
    ['status in []', 'found "]" at position 12, expected a value'],
    ['status in [200', 'it ends at position 15, expected "," or "]"'],
    ['status in [200, ok]', 'found "ok]" at position 17, expected a status from 100 to 599'],
    [
      'status = 200',
      'found "=" at position 8, expected an operator for status: ==, !=, in, not in, <, <=, >, >=',
    ],
    ['status ==', 'it ends at position 10, expected a status from 100 to 599'],
    [
      'status == 200 and latency < 1s',
      'found "and" at position 15, expected "or", or the end (a value with spaces needs quotes)',
    ],
    [
      'status == 200 or',
      'it ends at position 17, expected one of status, latency, body, body.PATH, header.NAME, certificate_days, exit_code, output',
    ],
    ['output contains or', 'found "or" at position 17, expected a text'],
    ['output contains "open', 'found ""open" at position 17, expected a text'],
    ['output < many', 'found "many" at position 10, expected a number'],
    ['exit_code == 256', 'found "256" at position 14, expected an exit code from 0 to 255'],
    ['certificate_days > soon', 'found "soon" at position 20, expected a number of days'],
    [
      '',
      'it ends at position 1, expected one of status, latency, body, body.PATH, header.NAME, certificate_days, exit_code, output',
    ],
    [
      'weather == fine',
      'found "weather" at position 1, expected one of status, latency, body, body.PATH, header.NAME, certificate_days, exit_code, output',
    ],
  ])('refuses %s and says where and what was expected', (text, problem) => {
    expect(() => parseCondition(text)).toThrow(
      new AppError('VALIDATION_ERROR', `condition "${text}": ${problem}`),
    );
  });

  it('refuses a subject that the kind of check does not know', () => {
    expect(() => parseCondition('status == 200', subjectsByKind.command)).toThrow(
      'found "status" at position 1, expected one of exit_code, output, latency',
    );
  });

  it('answers a condition or VALIDATION_ERROR for any text', () => {
    const words = fc.constantFrom(
      'status',
      'body',
      'body.a[0]',
      'header.x',
      'latency',
      '==',
      '<',
      'in',
      'not',
      'or',
      '[',
      ']',
      ',',
      '200',
      '5ms',
      '"a"',
      "'",
      '\\',
      ' ',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((parts) => parts.join('')),
      fc.array(words).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseCondition(text).alternatives.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'VALIDATION_ERROR' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
