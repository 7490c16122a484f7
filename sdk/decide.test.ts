import { expect, test } from 'vitest';
import { decideWaitMs, isPassing, judgeAlerts, judgeMetrics, readRetryAfter } from './lib/decide.js';

const answer = (status: number, body?: unknown) => ({ status, body, retryAfterMs: null });
const named = (...fields: string[]) => ({
  error: {
    code: 'VALIDATION_ERROR',
    details: { errors: fields.map((field) => ({ field, message: 'bad' })) },
  },
});
const again = (isLimited: boolean) => ({ kind: 'again', isLimited });

test.each([
  [answer(200, [{ accepted: true }, { accepted: true }]), { kind: 'taken', refused: [] }],
  [
    answer(207, [
      { accepted: true },
      { accepted: false, errors: [{ field: 'service', message: 'is missing' }] },
    ]),
    { kind: 'taken', refused: [{ index: 1, reason: 'service: is missing' }] },
  ],
  [
    answer(207, [null, { accepted: false }]),
    {
      kind: 'taken',
      refused: [
        { index: 0, reason: 'it was refused' },
        { index: 1, reason: 'it was refused' },
      ],
    },
  ],
  [answer(200, [{ accepted: true }]), again(true)],
  [answer(200, undefined), again(true)],
  [answer(413), { kind: 'halves' }],
  [answer(429), again(false)],
  [answer(503), again(false)],
  [answer(500), again(true)],
  [answer(301), { kind: 'refused' }],
  [answer(401), { kind: 'refused' }],
])('for two alerts %j means %j', (given, verdict) => {
  expect(judgeAlerts(given, 2)).toEqual(verdict);
});

test.each([
  [answer(202, { recorded: 2 }), { kind: 'taken', refused: [] }],
  [answer(202, { recorded: 0 }), { kind: 'taken', refused: [] }],
  [answer(200, undefined), again(true)],
  [answer(200, null), again(true)],
  [
    answer(400, named('metrics.1.value')),
    { kind: 'without', refused: [{ index: 1, reason: 'metrics.1.value: bad' }] },
  ],
  [answer(400, named('metrics.7.value', 'run_id', 'metrics.x')), { kind: 'refused' }],
  [answer(400, null), { kind: 'refused' }],
  [answer(409), { kind: 'refused' }],
])('for two metrics %j means %j', (given, verdict) => {
  expect(judgeMetrics(given, 2)).toEqual(verdict);
});

test('one thing that is too large by itself is refused', () => {
  expect(judgeAlerts(answer(413), 1)).toEqual({ kind: 'refused' });
});

test('a request may pass later where the server is away, busy or full', () => {
  expect([408, 425, 429, 502, 503, 504].every(isPassing)).toBe(true);
  expect([200, 400, 401, 404, 409, 413, 500, 501].some(isPassing)).toBe(false);
});

test.each([
  [1, null, 0, 250],
  [1, null, 1, 1000],
  [3, null, 1, 4000],
  [50, null, 1, 30_000],
  [50, null, 0, 250],
  [1, 7000, 0, 7000],
  [1, 7000, 1, 7500],
  [1, 1e12, 0, 3_600_000],
])(
  'after attempt %i, told to wait %s ms, with chance %i it waits %i ms',
  (attempts, orderedMs, chance, waits) => {
    expect(decideWaitMs({ attempts, orderedMs, chance })).toBe(waits);
  },
);

test.each([
  [null, null],
  ['7', 7000],
  [' 0 ', 0],
  ['Sun, 01 Mar 2026 12:00:09 GMT', 9000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', null],
])('Retry-After: %s', (header, delayMs) => {
  expect(readRetryAfter(header, Date.parse('2026-03-01T12:00:00Z'))).toBe(delayMs);
});
