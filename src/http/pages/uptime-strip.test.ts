import { expect, test } from 'vitest';
import type { DayUptime, StatusTimes } from '../../health/index.ts';
import { datesOf, uptimeStrip, uptimeText } from './uptime-strip.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const firstMs = Date.parse('2026-03-01');
const none: StatusTimes = { ok: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };

const listDays = (...times: Partial<StatusTimes>[]): DayUptime[] =>
  times.map((one, i) => ({ dayAt: firstMs + i * dayMs, ...none, ...one }));

test.each([
  [[{ ok: dayMs }], '100 % up in 1 day'],
  [[{ unknown: dayMs }, { ok: dayMs }], '100 % up in 1 day'],
  [[{ ok: 29 * dayMs }, { ok: dayMs - 1, down: 1 }], '99.99 % up in 2 days'],
  [[{ ok: 18 * hourMs, down: 6 * hourMs }], '75.00 % up in 1 day'],
  [[{ degraded: 12 * hourMs, down: 12 * hourMs }], '50.00 % up in 1 day'],
  [[{ down: dayMs }], '0.00 % up in 1 day'],
  [[{ unknown: dayMs, maintenance: hourMs }], null],
  [[], null],
])('of %j it is said: %s', (times, text) => {
  expect(uptimeText(listDays(...times))).toBe(text);
});

test('a day has a bar as high as it was bad, seen however short it was, and says when and how long', () => {
  const days = listDays(
    { unknown: dayMs },
    { ok: dayMs },
    { ok: dayMs - 60_000, down: 60_000 },
    { ok: 12 * hourMs, degraded: 12 * hourMs },
    { maintenance: 12 * hourMs, down: 6 * hourMs, degraded: 6 * hourMs },
  );
  const strip = uptimeStrip(days, datesOf(days)).text;
  expect(strip).toContain('viewBox="0 0 19 8"');
  expect(strip.match(/<path.*?>/g)).toEqual([
    '<path class="green" d="M4 4H20"/>',
    '<path class="gray" d="M0 4H4"/>',
  ]);
  expect(strip.match(/<rect.*?<\/rect>/g)).toEqual([
    '<rect class="red" x="8" y="5.6" width="3" height="2.4"><title>2026-03-03: down 1m</title></rect>',
    '<rect class="amber" x="12" y="4" width="3" height="4"><title>2026-03-04: degraded 12h</title></rect>',
    '<rect class="red" x="16" y="4" width="3" height="4"><title>2026-03-05: down 6h, degraded 6h</title></rect>',
  ]);
});
