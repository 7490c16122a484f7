import { expect, it } from 'vitest';
import { scheduled } from '../../test/profiles.ts';
import { createTickAgenda, type DueTick } from './agenda.ts';

const minuteMs = 60_000;
const noonMs = Date.parse('2026-03-01T12:00:00Z');

/** As `name minutes after noon`, with how many were missed. */
function said(due: readonly DueTick[]): string[] {
  return due.map(
    ({ profile, atMs, missed }) => `${profile.name} ${(atMs - noonMs) / minuteMs} missed ${missed}`,
  );
}

it('each profile comes when its time has come, the earliest first', () => {
  const agenda = createTickAgenda();
  agenda.replace(
    [scheduled('hourly', { cron: '0 * * * *' }), scheduled('often', { cron: '*/20 * * * *' })],
    noonMs,
  );
  expect(agenda.nextMs()).toBe(noonMs + 20 * minuteMs);
  expect(agenda.takeDue(noonMs + 20 * minuteMs - 1)).toEqual([]);
  expect(said(agenda.takeDue(noonMs + 20 * minuteMs))).toEqual(['often 20 missed 0']);
  expect(said(agenda.takeDue(noonMs + 40 * minuteMs))).toEqual(['often 40 missed 0']);
  expect(said(agenda.takeDue(noonMs + 60 * minuteMs))).toEqual(['hourly 60 missed 0', 'often 60 missed 0']);
});

it('of many ticks in one piece the last one comes, and the others are counted, a hundred at most', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a')], noonMs);
  expect(said(agenda.takeDue(noonMs + 10.5 * minuteMs))).toEqual(['a 10 missed 9']);
  expect(agenda.nextMs()).toBe(noonMs + 11 * minuteMs);
  expect(said(agenda.takeDue(noonMs + 9000.5 * minuteMs))).toEqual(['a 9000 missed 100']);
  expect(agenda.nextMs()).toBe(noonMs + 9001 * minuteMs);
});

it('new profiles come in, and those that are disabled or gone do not come any more', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a'), scheduled('b'), scheduled('c')], noonMs);
  agenda.replace([scheduled('a'), scheduled('b', { enabled: false }), scheduled('d')], noonMs + 1000);
  expect(said(agenda.takeDue(noonMs + minuteMs))).toEqual(['a 1 missed 0', 'd 1 missed 0']);
  agenda.replace([], noonMs);
  expect(agenda.takeDue(noonMs + 10 * minuteMs)).toEqual([]);
  expect(agenda.nextMs()).toBeNull();
});

it('a profile whose times stay the same keeps its tick that is due, with its other settings as they are now', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a')], noonMs);
  agenda.replace([scheduled('a', { graceMs: 5 })], noonMs + 2 * minuteMs);
  const [due] = agenda.takeDue(noonMs + 2 * minuteMs);
  expect(due).toMatchObject({ atMs: noonMs + 2 * minuteMs, missed: 1, profile: { graceMs: 5 } });
});

it.each([{ cron: '30 * * * *' }, { timezone: 'Asia/Kolkata', cron: '0 18 * * *' }])(
  'a profile that changes its times to %j comes by these alone',
  (change) => {
    const agenda = createTickAgenda();
    agenda.replace([scheduled('a', { cron: '0 18 * * *' })], noonMs);
    agenda.replace([scheduled('a', change)], noonMs);
    expect(said(agenda.takeDue(noonMs + 30 * minuteMs))).toEqual(['a 30 missed 0']);
    expect(agenda.takeDue(noonMs + 31 * minuteMs)).toEqual([]);
  },
);

it('planned anew after a clock that went back, nothing waits for the time that it came from', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a')], noonMs);
  agenda.replan(noonMs - 60 * minuteMs);
  expect(agenda.nextMs()).toBe(noonMs - 59 * minuteMs);
});

it('what was missed since a time is the last tick of then, with those before it', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a', { cron: '*/10 * * * *' })], noonMs + 35 * minuteMs);
  const missed = agenda.findMissed('a', noonMs, noonMs + 35 * minuteMs);
  expect(missed && said([missed])).toEqual(['a 30 missed 2']);
  expect(agenda.findMissed('a', noonMs + 30 * minuteMs, noonMs + 35 * minuteMs)).toBeNull();
  expect(agenda.findMissed('b', noonMs, noonMs + 35 * minuteMs)).toBeNull();
});

it('a profile without a next time, or whose times make no sense, waits for nothing', () => {
  const agenda = createTickAgenda();
  agenda.replace([scheduled('a'), scheduled('b', { cron: 'x' })], Date.parse('9999-12-31T23:59:00Z'));
  expect(agenda.nextMs()).toBeNull();
});
