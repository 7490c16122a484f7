import { describe, expect, it } from 'vitest';
import { AppError, describeError, errorTable, toAppError } from './errors.ts';

describe('an AppError', () => {
  it('carries its code and details, and its cause only where there is one', () => {
    const cause = new Error('disk');
    const error = new AppError('CONFLICT', 'no', { cause, details: { a: 1 } });
    expect(error).toMatchObject({ name: 'AppError', code: 'CONFLICT', details: { a: 1 }, cause });
    expect('cause' in new AppError('CONFLICT', 'no')).toBe(false);
  });

  it('has an HTTP status and an exit code that says failure, for every code', () => {
    for (const row of Object.values(errorTable)) {
      expect(row.httpStatus).toBeGreaterThanOrEqual(400);
      expect(row.exitCode).toBeGreaterThan(0);
    }
  });
});

it('passes an AppError on as it is, and says nothing of an unknown error but that there was one', () => {
  const known = new AppError('NOT_FOUND', 'gone');
  expect(toAppError(known)).toBe(known);
  const unknown = toAppError(new Error('select * from secret'));
  expect(unknown.code).toBe('INTERNAL_SERVER_ERROR');
  expect(unknown.message).not.toContain('secret');
  expect(unknown.cause).toMatchObject({ message: 'select * from secret' });
});

it.each([
  ['one error', new Error('a'), 'a'],
  ['its causes', new Error('a', { cause: new Error('b', { cause: 'c' }) }), 'a: b: c'],
  ['what is no error', 'text', 'text'],
  ['nothing', undefined, 'undefined'],
  [
    'several that happened together and have no message of their own',
    new AggregateError([new Error('connect ECONNREFUSED ::1'), new Error('connect ECONNREFUSED 127.0.0.1')]),
    'connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1',
  ],
  ['several under one message', new AggregateError([new Error('b')], 'a'), 'a'],
  ['an error without a message', new TypeError(), 'TypeError'],
])('describes %s', (_, error, text) => {
  expect(describeError(error)).toBe(text);
});
