import { expect, test } from 'vitest';
import { type Board, boardPage } from './board.ts';
import { html } from './html.ts';
import { noticePage, reloadPage } from './notice.ts';
import { codePage, signInPage } from './sign-in.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const quiet: Board = {
  nowMs,
  visitor: 'ana',
  dryRun: false,
  trouble: null,
  incidents: [],
  alerts: [],
  components: [],
  jobs: [],
  outbox: { waiting: 0, dead: 0 },
};
const nasty = `<script>alert('x')</script>"&`;
const incident = {
  number: 'INC-7',
  severity: 'P1',
  status: 'open',
  title: nasty,
  service: nasty,
  env: 'prod',
  owner: null,
  started_at: '2026-03-01T11:40:00.000Z',
  alerts: 2,
  occurrences: 40,
};
const alert = {
  ...incident,
  alert_ref: 'alrt_1',
  incident_id: null,
  silenced_by: null,
  first_seen_at: incident.started_at,
  last_seen_at: incident.started_at,
};
const component = {
  name: 'Public API',
  status: 'ok',
  reason: null,
  maintenance_until: null,
  since: null,
  checked_at: '2026-03-01T11:59:55.000Z',
  days: [],
};

const early = '2026-03-01T11:00:00.000Z';
const job = (name: string) => ({
  name,
  description: name,
  enabled: true,
  next_run_at: '2026-03-01T12:15:00.000Z',
  last_run: { run_id: 'run_1', status: 'succeeded', finished_at: early, error: null as string | null },
  last_success_at: early as string | null,
  failing_since: null as string | null,
  running: null,
});
const failingJob = (name: string, failing_since = early) => {
  const last_run = { ...job(name).last_run, status: 'timed_out', error: name };
  return { ...job(name), last_run, failing_since, last_success_at: null };
};

test.each([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])('%s from outside is escaped', (character, escaped) => {
  expect(html`<p title="${character}">${[character, html`<b>${character}</b>`]}</p>`.text).toBe(
    `<p title="${escaped}">${escaped}<b>${escaped}</b></p>`,
  );
});

test('nothing that comes from outside reaches a page as HTML', () => {
  const pages = [
    boardPage({
      ...quiet,
      visitor: nasty,
      incidents: [incident],
      alerts: [alert],
      components: [{ ...component, name: nasty, reason: nasty, status: nasty }],
      jobs: [failingJob(nasty), { ...job(nasty), running: { run_id: nasty, holder: nasty, since: early } }],
      trouble: { sinceMs: nowMs, text: nasty },
    }),
    signInPage(nasty, nasty),
    codePage(nasty),
    noticePage(nasty, nasty),
    reloadPage(nasty),
  ];
  for (const page of pages) expect(page).not.toContain('<script>');
});

test('a quiet board says so, and when the last check ran', () => {
  const page = boardPage({ ...quiet, components: [component] });
  expect(page).toContain('All quiet');
  expect(page).toContain('5s ago');
  expect(page).toContain('<meta http-equiv="refresh" content="10">');
});

test('what nobody knows is not shown as quiet', () => {
  const page = boardPage({ ...quiet, components: [{ ...component, status: 'unknown' }] });
  expect(page).not.toContain('All quiet');
  expect(page).toContain('Public API unknown');
});

test('planned work is shown as such, and alarms nobody', () => {
  const page = boardPage({
    ...quiet,
    alerts: [{ ...alert, silenced_by: 'maintenance:move' }],
    components: [{ ...component, status: 'down', maintenance_until: '2026-03-01T13:00:00.000Z' }],
  });
  for (const text of ['Public API down by plan', 'planned work until 2026-03-01 13:00 UTC', 'silenced'])
    expect(page).toContain(text);
});

test.each<[string, Partial<Board>, string]>([
  [
    'an alert that another one inhibits',
    { alerts: [{ ...alert, silenced_by: 'inhibition:db/alrt_2' }] },
    'inhibited',
  ],
  ['an open incident', { incidents: [incident] }, '1 open incident'],
  ['a sick component', { components: [{ ...component, status: 'down' }] }, 'Public API down'],
  ['a dry run', { dryRun: true }, 'Messages are written down and not sent'],
  ['dead messages', { outbox: { waiting: 3, dead: 2 } }, '2 dead'],
  ['a wrong configuration', { trouble: { sinceMs: nowMs - 60_000, text: 'tocsin.yaml:3' } }, 'tocsin.yaml:3'],
])('%s is on the board', (_name, part, text) => {
  expect(boardPage({ ...quiet, ...part })).toContain(text);
});

test('jobs are on the board: what fails first, the longest before, then what runs, and what is disabled at the end', () => {
  const jobs = [
    { ...job('off'), enabled: false, next_run_at: null },
    job('well'),
    { ...job('new'), last_run: null, last_success_at: null },
    { ...job('busy'), running: { run_id: 'run_2', holder: 'node1:7', since: '2026-03-01T11:59:00.000Z' } },
    failingJob('bad', '2026-03-01T11:30:00.000Z'),
    failingJob('worse'),
  ];
  const page = boardPage({ ...quiet, jobs });
  const shown = page.slice(page.indexOf('<h2>Jobs'));
  const names = [...shown.matchAll(/class="title"[^>]*>(\w+)</g)].map(([, name]) => name);
  expect(names).toEqual(['worse', 'bad', 'busy', 'new', 'well', 'off']);
  expect(page).toContain('2 jobs fail');
  for (const text of ['since <time', '30m ago', 'never succeeded', 'on node1:7', '1m ago', 'in 15m'])
    expect(shown).toContain(text);
  expect(shown).toContain('href="/v1/runs/run_2/logs"');
  expect(boardPage({ ...quiet, jobs: [failingJob('edge')] })).toContain('edge fails');
  expect(boardPage({ ...quiet, jobs: [{ ...failingJob('edge'), enabled: false }] })).toContain('All quiet');
  const many = boardPage({
    ...quiet,
    jobs: [...Array.from({ length: 230 }, () => job('well')), failingJob('bad')],
  });
  expect([...many.matchAll(/class="row (\w+)/g)].map(([, tone]) => tone)).toEqual([
    'red',
    ...Array(199).fill('green'),
  ]);
  expect(many).toContain('31 more jobs');
});

test('all jobs that fail are on the board, however many they are', () => {
  const jobs = [
    ...Array.from({ length: 3 }, () => job('well')),
    ...Array.from({ length: 250 }, () => failingJob('bad')),
  ];
  const page = boardPage({ ...quiet, jobs });
  expect([...page.matchAll(/class="row red/g)].length).toBe(250);
  expect(page).toContain('3 more jobs');
});
