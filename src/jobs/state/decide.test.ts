import { describe, expect, it } from 'vitest';
import { decideValue, stampKey, writeStamp } from './decide.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.500Z');
const nowS = Math.floor(nowMs / 1000);
const hourS = 3600;

describe('what a script gets', () => {
  it('is the value as it stands where nothing is asked of its age', () => {
    expect(decideValue('7', null, null, nowMs)).toEqual({ value: '7', reason: 'found' });
    expect(decideValue('', null, null, nowMs)).toEqual({ value: '', reason: 'found' });
  });

  it('is 0 where there is none', () => {
    expect(decideValue(null, null, null, nowMs)).toEqual({ value: '0', reason: 'missing' });
    expect(decideValue(null, String(nowS), 'hourly', nowMs)).toEqual({ value: '0', reason: 'missing' });
  });

  it.each([
    ['hourly', String(nowS), 'found'],
    ['hourly', String(nowS - 3 * hourS + 1), 'found'],
    ['hourly', String(nowS - 3 * hourS), 'stamp_too_old'],
    ['daily', String(nowS - 3 * hourS), 'found'],
    ['daily', String(nowS - 36 * hourS + 1), 'found'],
    ['daily', String(nowS - 36 * hourS), 'stamp_too_old'],
    ['daily', `${nowS}.25`, 'found'],
    ['daily', `${nowS}.75`, 'stamp_in_future'],
    ['hourly', String(nowS + 1), 'stamp_in_future'],
    ['hourly', String(nowMs), 'stamp_in_future'],
    ['hourly', '0', 'stamp_not_positive'],
    ['hourly', '-5', 'stamp_not_positive'],
    ['hourly', '', 'stamp_not_a_number'],
    ['hourly', '2026-03-01', 'stamp_not_a_number'],
    ['hourly', '1e9', 'stamp_not_a_number'],
    ['hourly', 'Infinity', 'stamp_not_a_number'],
    ['hourly', null, 'stamp_missing'],
  ] as const)('%s beside the time %j is %s', (freshness, stamp, reason) => {
    const value = reason === 'found' ? '7' : '0';
    expect(decideValue('7', stamp, freshness, nowMs)).toEqual({ value, reason });
  });

  it('may be just written', () => {
    expect(stampKey('calls')).toBe('calls_ts');
    expect(decideValue('7', writeStamp(nowMs), 'hourly', nowMs).reason).toBe('found');
  });
});
