import { expect, it } from 'vitest';
import { checkDefaults } from '../../test/check-defaults.ts';
import type { CheckConfig } from '../config/types.ts';
import { createJudge } from './judge.ts';

const http: CheckConfig = {
  ...checkDefaults,
  kind: 'http',
  url: 'http://me:p4ssw0rd@127.0.0.1/?token=t0ken-value',
  method: 'GET',
  headers: { Authorization: 'Bearer abcdef', Accept: 'application/json' },
  body: null,
  followRedirects: true,
  tlsVerify: true,
};

it('gives the first failing condition as the reason, those for down before those for degraded', () => {
  const { judgeAnswer } = createJudge({
    ...http,
    conditions: ['status == 200', 'latency < 1s'],
    degraded: ['latency < 100ms', 'latency < 50ms'],
  });
  const judge = (status: number, latencyMs: number) =>
    judgeAnswer({ facts: { status, latencyMs }, failure: null });
  expect(judge(500, 2000)).toMatchObject({
    status: 'down',
    reason: 'status_mismatch',
    detail: 'status == 200, was 500',
  });
  expect(judge(200, 2000)).toMatchObject({
    status: 'down',
    reason: 'condition_failed',
    detail: 'latency < 1s, was 2000ms',
  });
  expect(judge(200, 200)).toMatchObject({
    status: 'degraded',
    detail: 'latency < 100ms, was 200ms',
    latencyMs: 200,
  });
  expect(judge(200, 70)).toMatchObject({ status: 'degraded', detail: 'latency < 50ms, was 70ms' });
  expect(judge(200, 10)).toEqual({ status: 'ok', reason: null, detail: null, latencyMs: 10 });
});

it('gives condition_failed where alternatives ask about different subjects', () => {
  const { judgeAnswer } = createJudge({ ...http, conditions: ['status == 200 or latency < 1ms'] });
  const outcome = judgeAnswer({ facts: { status: 500, latencyMs: 5 }, failure: null });
  expect(outcome).toMatchObject({
    reason: 'condition_failed',
    detail: 'status == 200 or latency < 1ms, was status 500, latency 5ms',
  });
});

it.each(['p4ssw0rd', 't0ken-value', 'Bearer abcdef'])(
  'keeps the secret %s of a check out of its details',
  (secret) => {
    const { judgeFailure } = createJudge(http);
    const outcome = judgeFailure(
      { status: 'down', reason: 'protocol_error', detail: `got ${secret} there` },
      7,
    );
    expect(outcome).toEqual({
      status: 'down',
      reason: 'protocol_error',
      detail: 'got [redacted] there',
      latencyMs: 7,
    });
  },
);

it('cuts a detail at 200 characters on one line', () => {
  const { judgeFailure } = createJudge(http);
  const { detail } = judgeFailure(
    { status: 'down', reason: 'exit_code', detail: `a\n\n${'b'.repeat(5000)}` },
    0,
  );
  expect(detail).toBe(`a ${'b'.repeat(197)}…`);
});

it('asks for the body only where a condition is about it', () => {
  expect(createJudge(http).subjects.has('body')).toBe(false);
  expect(createJudge({ ...http, degraded: ['status == 200 or body.ok == true'] }).subjects.has('body')).toBe(
    true,
  );
});
