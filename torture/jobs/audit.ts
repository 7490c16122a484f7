import { type Check, checkEach, findOverlap, type Span } from '../audit/check.ts';
import { type Entry, isAlive } from './journal.ts';
import { hungTimeoutMs, longMs } from './profiles.ts';
import type { Happenings } from './run.ts';

/** A profile's run as the database has it. */
export type RunRow = {
  run_id: string;
  profile: string;
  status: string;
  scheduled_for: number;
  started_at: number | null;
  finished_at: number | null;
  error: string | null;
  holder: string;
};

/** What a busy machine may add to any of the times below. */
const slackMs = 3000;
const killAfterMs = 10_000;
/** A lease that a dead process held, and the look for it. */
const leaseMs = 30_000 + slackMs;
/** A tick each second, and 1.2 seconds of work: every other tick runs. */
const longestPauseMs = 2000 + slackMs;

/** Compares what the tasks wrote with what the database says, and both with what was promised. */
export function auditJobs(
  journal: readonly Entry[],
  runs: readonly RunRow[],
  happenings: Happenings,
  badEnds: readonly string[],
): Check[] {
  const of = (profile: string) => runs.filter((run) => run.profile === profile);
  const { orphansMs, lostRun } = happenings;
  return [
    checkEach('profiles that overlap themselves', ['second', 'long', 'hung', 'crash', 'fresh'], (task) =>
      findOverlap(spansOf(journal, task)),
    ),
    checkEach('ticks that ran twice', Map.groupBy(runs, tickOf).values(), (same) =>
      same.length > 1 ? `${tickOf(same[0])}: ${same.length} runs` : null,
    ),
    checkEach('runs of the database that no task did, or the other way round', ['second', 'fresh'], (task) =>
      compareCounts(journal, of(task), task),
    ),
    checkPauses(journal, happenings),
    checkEach('hung tasks not killed in time', of('hung').filter(isFailed), judgeHung),
    checkEach('long tasks disturbed by a reload', of('long').filter(isOver), judgeLong),
    checkEach('a new profile that waits for a restart', [happenings], ({ reloadedAt }) => {
      const first = journal.find(({ task }) => task === 'fresh');
      return first && first.atMs - reloadedAt < 1000 + slackMs
        ? null
        : `began ${first?.atMs ?? 'never'}, was told at ${reloadedAt}`;
    }),
    checkEach('tasks that outlive their scheduler', [orphansMs], (ms) =>
      ms !== null && ms < slackMs ? null : `they lived on for ${ms ?? 'more than 10,000'} ms`,
    ),
    checkEach(
      'lost runs without their end',
      of('crash').filter(({ run_id }) => run_id === lostRun),
      (run) =>
        run.status === 'failed' && run.error === 'worker lost'
          ? null
          : `${run.run_id} is ${run.status}: ${run.error}`,
    ),
    checkEach('processes that are left behind', new Set(journal.map(({ pid }) => pid)), (pid) =>
      isAlive(pid) ? `${pid} lives` : null,
    ),
    { name: 'processes that ended badly', examined: 2, violations: badEnds },
  ];
}

function tickOf(run: RunRow | undefined): string {
  return `${run?.profile} ${run?.scheduled_for}`;
}

/** What was killed wrote no end: of it only the beginning is sure. */
function spansOf(journal: readonly Entry[], task: string): Span[] {
  const own = journal.filter((entry) => entry.task === task);
  return own
    .filter(({ what }) => what === 'begin')
    .map(({ pid, atMs }) => {
      const end = own.find((entry) => entry.what === 'end' && entry.pid === pid && entry.atMs >= atMs);
      return { id: `${task} ${pid}`, fromMs: atMs, untilMs: end?.atMs ?? atMs };
    });
}

/** One that was ended before it wrote anything is missing in the journal. */
function compareCounts(journal: readonly Entry[], runs: readonly RunRow[], task: string): string | null {
  const done = runs.filter(({ status }) => status === 'succeeded').length;
  const begun = runs.filter(({ started_at }) => started_at !== null).length;
  const wrote = journal.filter((entry) => entry.task === task && entry.what === 'begin').length;
  return wrote >= done && wrote <= begun
    ? null
    : `${task}: ${done} to ${begun} runs, ${wrote} in the journal`;
}

/** What hangs, is reloaded or is killed must hold up nobody else; but the lock of a dead process has to run out. */
function checkPauses(journal: readonly Entry[], { killedAt }: Happenings): Check {
  const begins = journal
    .filter(({ task, what }) => task === 'second' && what === 'begin')
    .map(({ atMs }) => atMs);
  const pauses = begins.slice(1).map((atMs, i) => ({ fromMs: begins[i] ?? atMs, untilMs: atMs }));
  return checkEach('pauses of a profile that runs each second', pauses, ({ fromMs, untilMs }) => {
    const isOfDead = fromMs <= killedAt && killedAt <= untilMs;
    const limitMs = isOfDead ? leaseMs + longestPauseMs : longestPauseMs;
    return untilMs - fromMs <= limitMs ? null : `${untilMs - fromMs} ms after ${fromMs}`;
  });
}

function isFailed({ status }: RunRow): boolean {
  return status === 'failed';
}

function isOver({ status }: RunRow): boolean {
  return status !== 'running' && status !== 'skipped_locked';
}

function judgeHung({ run_id, started_at, finished_at, error }: RunRow): string | null {
  if (error === 'worker lost') return null;
  const tookMs = (finished_at ?? 0) - (started_at ?? 0);
  const dueMs = hungTimeoutMs + killAfterMs;
  return tookMs >= dueMs && tookMs <= dueMs + slackMs ? null : `${run_id} took ${tookMs} ms`;
}

/** One that was under way when its scheduler died, or when all were stopped at the end, was not disturbed by a reload. */
function judgeLong({ run_id, status, started_at, finished_at, error }: RunRow): string | null {
  if (status === 'cancelled' || error === 'worker lost') return null;
  const tookMs = (finished_at ?? 0) - (started_at ?? 0);
  return status === 'succeeded' && tookMs >= longMs && tookMs <= longMs + slackMs
    ? null
    : `${run_id} ${status} after ${tookMs} ms: ${error}`;
}
