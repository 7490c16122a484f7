import { describe, expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import {
  isDatabaseUnavailable,
  isMissingTable,
  isSerializationFailure,
  isUniqueViolation,
  translateStoreError,
} from './errors.ts';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('what a driver says', () => {
  it.each([
    ['40001', 'again'],
    ['40P01', 'again'],
    ['26000', 'again'],
    ['42P05', 'again'],
    ['0A000', 'ours'],
    ['SQLITE_BUSY', 'again'],
    ['23505', 'unique'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
    ['08006', 'away'],
    ['53100', 'away'],
    ['53300', 'away'],
    ['57P01', 'away'],
    ['58030', 'away'],
    ['25006', 'away'],
    ['55P03', 'away'],
    ['57014', 'away'],
    ['25P03', 'away'],
    ['ECONNREFUSED', 'away'],
    ['ECONNRESET', 'away'],
    ['EHOSTUNREACH', 'away'],
    ['ENETUNREACH', 'away'],
    ['ENOTFOUND', 'away'],
    ['EAI_AGAIN', 'away'],
    ['ETIMEDOUT', 'away'],
    ['EPIPE', 'away'],
    ['SQLITE_FULL', 'away'],
    ['SQLITE_IOERR', 'away'],
    ['SQLITE_READONLY', 'away'],
    ['SQLITE_CANTOPEN', 'away'],
    ['22P02', 'ours'],
    ['42601', 'ours'],
    ['SQLITE_ERROR', 'ours'],
  ])('%s means: %s', (code, meaning) => {
    const error = coded(code);
    expect(isSerializationFailure(error)).toBe(meaning === 'again');
    expect(isUniqueViolation(error)).toBe(meaning === 'unique');
    expect(isDatabaseUnavailable(error)).toBe(meaning === 'away' || code === 'SQLITE_BUSY');
  });

  it('a plan is outdated in every language of the server', () => {
    const words = 'gecachter Plan darf den Ergebnistyp nicht ändern';
    const error = Object.assign(new Error(words), { code: '0A000', routine: 'RevalidateCachedQuery' });
    expect(isSerializationFailure(error)).toBe(true);
    expect(isSerializationFailure(Object.assign(error, { routine: 'DoCopy' }))).toBe(false);
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Query read timeout',
  ])('says without a code that it is away: %s', (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  });

  it.each([undefined, null, 'text', 5, {}, new Error('plain')])('may be anything: %s', (error) => {
    expect([isDatabaseUnavailable(error), isUniqueViolation(error), isMissingTable(error)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(translateStoreError(error)).toBe(error);
  });
});

describe('translateStoreError', () => {
  it('answers UNAVAILABLE with the cause for a database that is away', () => {
    const cause = coded('ECONNREFUSED');
    expect(translateStoreError(cause)).toMatchObject({ code: 'UNAVAILABLE', cause });
  });

  it('leaves an AppError as it is', () => {
    const error = new AppError('CONFLICT', 'Connection terminated');
    expect(translateStoreError(error)).toBe(error);
  });
});
