import { expect, it } from 'vitest';
import { explainExpression } from './explain-cron.ts';

const nowMs = Date.parse('2026-03-28T22:30:00Z');
const riga = { tz: 'Europe/Riga', count: '2' };

it('the next times are shown with how long they take, and with what is odd about them', async () => {
  expect(await explainExpression('30 3 * * *', riga, nowMs, false)).toBe(
    [
      '2026-03-29T04:00:00+03:00  in 2h 30m',
      '2026-03-30T03:30:00+03:00  in 1d 2h',
      "03:30 doesn't exist on 2026-03-29 in Europe/Riga: run right after the gap, at 2026-03-29T04:00:00+03:00.",
    ].join('\n'),
  );
});

it('the same comes as JSON, from a time on that is not counted itself', async () => {
  const from = '2026-04-01T00:00:00Z';
  const text = await explainExpression('@hourly', { ...riga, from, json: true }, nowMs, false);
  expect(JSON.parse(text)).toEqual({
    expr: '@hourly',
    tz: 'Europe/Riga',
    next: ['2026-04-01T04:00:00+03:00', '2026-04-01T05:00:00+03:00'],
    notes: ['@hourly stands for 0 * * * *.'],
  });
});

it('without a zone it is read in that of the machine', async () => {
  expect(await explainExpression('0 12 * * *', { count: '1' }, nowMs, false)).toContain('T12:00:00');
});

it('on a terminal the place that can not be read is marked', async () => {
  const asked = explainExpression('0\t24 * * *', riga, nowMs, true);
  await expect(asked).rejects.toThrow(/^position 3: bad hour "24": .*\n {2}0 24 \* \* \*\n {4}\^\^$/);
});

it.each([
  ['0 3 * *', riga, /^position 8: found 4 fields.*seconds?/],
  ['0 3 * * *', { ...riga, tz: 'Mars/Olympus' }, /^unknown time zone "Mars\/Olympus"/],
  [
    '0 3 * * *',
    { ...riga, from: '2026-03-01' },
    /^--from: "2026-03-01" must be an ISO-8601 time with its zone/,
  ],
  ['0 3 * * *', { ...riga, count: '0' }, /^--count: "0" is not a whole number from 1 to 1,000/],
  ['0 3 * * *', { ...riga, count: '1.5' }, /^--count/],
])('%j with %j is refused', async (expression, options, message) => {
  await expect(explainExpression(expression, options, nowMs, false)).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    message: expect.stringMatching(message),
  });
});
