import { expect, it } from 'vitest';
import { auditJobs, type RunRow } from './audit.ts';
import type { Entry } from './journal.ts';

/** No process has such a number. */
const gone = 2 ** 30;
const killedAt = 100_000;
const happenings = { reloadedAt: 50_000, killedAt, orphansMs: 10, lostRun: 'crash-1' };

const entry = (task: string, what: Entry['what'], atMs: number, number = 0): Entry => ({
  task,
  what,
  atMs,
  pid: gone + number,
});

const run = (profile: string, from: number, until: number | null, changes: Partial<RunRow> = {}): RunRow => ({
  run_id: `${profile}-1`,
  profile,
  status: 'succeeded',
  scheduled_for: from,
  started_at: from,
  finished_at: until,
  error: null,
  holder: 'vm:1',
  ...changes,
});

const goodJournal = [
  entry('second', 'begin', 50_000, 1),
  entry('second', 'end', 51_200, 1),
  entry('second', 'begin', 52_000, 2),
  entry('second', 'end', 53_200, 2),
  entry('fresh', 'begin', 51_000, 3),
];
const lost = run('crash', 40_000, 130_000, { status: 'failed', error: 'worker lost' });
const goodRuns = [
  run('second', 50_000, 51_200),
  run('second', 52_000, 53_200, { run_id: 'second-2' }),
  run('fresh', 51_000, 51_100),
  run('hung', 40_000, 52_100, { status: 'failed' }),
  run('long', 40_000, 55_100),
  lost,
];

const failing = (
  journal: readonly Entry[],
  runs: readonly RunRow[],
  changes: Partial<typeof happenings> | { orphansMs: null } = {},
  badEnds: readonly string[] = [],
) =>
  auditJobs(journal, runs, { ...happenings, ...changes }, badEnds)
    .filter(({ violations }) => violations.length > 0)
    .map(({ name }) => name);

it('good books are clean, and every check has looked at something', () => {
  expect(failing(goodJournal, goodRuns)).toEqual([]);
  expect(auditJobs(goodJournal, goodRuns, happenings, []).every(({ examined }) => examined > 0)).toBe(true);
});

it.each<[string, Parameters<typeof failing>]>([
  [
    'profiles that overlap themselves',
    [
      [
        ...goodJournal,
        entry('long', 'begin', 1, 4),
        entry('long', 'end', 99, 4),
        entry('long', 'begin', 50, 5),
      ],
      goodRuns,
    ],
  ],
  [
    'ticks that ran twice',
    [goodJournal, [...goodRuns, run('long', 40_000, null, { status: 'skipped_locked' })]],
  ],
  [
    'runs of the database that no task did, or the other way round',
    [goodJournal, [...goodRuns, run('second', 54_000, 55_200)]],
  ],
  [
    'pauses of a profile that runs each second',
    [
      [
        ...goodJournal.slice(0, 2),
        ...goodJournal
          .slice(2)
          .map((line) => ({ ...line, atMs: line.atMs + (line.task === 'second' ? 5000 : 0) })),
      ],
      goodRuns,
    ],
  ],
  [
    'hung tasks not killed in time',
    [goodJournal, [...goodRuns, run('hung', 60_000, 80_000, { status: 'failed' })]],
  ],
  [
    'long tasks disturbed by a reload',
    [goodJournal, [...goodRuns, run('long', 60_000, 61_000, { status: 'failed' })]],
  ],
  ['a new profile that waits for a restart', [goodJournal, goodRuns, { reloadedAt: 40_000 }]],
  ['tasks that outlive their scheduler', [goodJournal, goodRuns, { orphansMs: null }]],
  ['lost runs without their end', [goodJournal, [...goodRuns.slice(0, -1), { ...lost, status: 'running' }]]],
  [
    'processes that are left behind',
    [[...goodJournal, { ...entry('long', 'child', 1), pid: process.pid }], goodRuns],
  ],
  ['processes that ended badly', [goodJournal, goodRuns, {}, ['all: 1']]],
])('the audit sees %s', (name, given) => {
  expect(failing(...given)).toEqual([name]);
});
