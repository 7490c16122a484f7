import { join } from 'node:path';
import { openProbe, type Probe } from '../../bench/harness/probe.ts';
import type { Sandbox } from '../../bench/harness/sandbox.ts';
import { waitUntil } from '../../bench/harness/wait.ts';
import type { Outcome } from '../kills.ts';
import { auditJobs, type RunRow } from './audit.ts';
import { killScheduler, restart, type Scheduler, startCrew } from './crew.ts';
import { isAlive, readJournal } from './journal.ts';
import { writeProfiles } from './profiles.ts';

export type JobsOptions = {
  sandbox: Sandbox;
  /** Address of an empty database; null: SQLite. */
  postgres: string | null;
  say(line: string): void;
};

/** What happened, and when, epoch milliseconds. */
export type Happenings = {
  reloadedAt: number;
  killedAt: number;
  /** How long the tasks of the killed one lived on; null: they still do. */
  orphansMs: number | null;
  /** The run that it was killed in. */
  lostRun: string;
};

const tickWithinMs = 40_000;
const hungWithinMs = 40_000;
const orphansWithinMs = 10_000;
/** The lease of the dead, until the next tick. */
const recoverWithinMs = 90_000;

/**
 * Two schedulers run profiles that take longer than their tick, hang, and leave children; the file is changed and reloaded
 * while they run, then one scheduler is killed in the middle of a run and started again.
 */
export async function runJobs(options: JobsOptions): Promise<Outcome> {
  const { sandbox, postgres } = options;
  const checkout = sandbox.makeFolder('checkout');
  const journal = join(checkout, 'journal');
  writeProfiles(checkout, journal, false);
  const crew = await startCrew(sandbox, postgres, checkout);
  const probe = await openProbe(postgres ?? join(crew[0].home.dataDir, 'tocsin.db'));
  try {
    const happenings = await play(options, { crew, probe, checkout, journal });
    await Promise.all(crew.map(({ running }) => running.stop()));
    const badEnds = crew.flatMap(({ role, running: { child } }) =>
      child.exitCode === 0 ? [] : [`${role}: ${child.signalCode ?? child.exitCode}`],
    );
    const runs = await listRuns(probe);
    return {
      facts: describe(runs, happenings),
      checks: auditJobs(readJournal(journal), runs, happenings, badEnds),
    };
  } finally {
    await probe.close();
  }
}

type Scene = { crew: readonly Scheduler[]; probe: Probe; checkout: string; journal: string };

async function play({ sandbox, say }: JobsOptions, scene: Scene): Promise<Happenings> {
  const { crew, probe, checkout, journal } = scene;
  const begun = () => new Set(readJournal(journal).map(({ task }) => task));
  await expectSoon('the first ticks', tickWithinMs, () => begun().size === 4);
  say('  all profiles run; a new one comes by SIGHUP while they do');
  writeProfiles(checkout, journal, true);
  const reloadedAt = Date.now();
  for (const { running } of crew) running.child.kill('SIGHUP');
  const haveEnded = (runs: readonly RunRow[], name: string) =>
    runs.some(
      ({ profile, started_at, finished_at }) =>
        profile === name && started_at !== null && finished_at !== null,
    );
  await expectSoon('the end of what hangs and of what takes long', hungWithinMs, async () => {
    const runs = await listRuns(probe);
    return haveEnded(runs, 'hung') && haveEnded(runs, 'long');
  });
  const { run_id: lostRun, holder } = await requireCrash(probe);
  const victim = crew.find(({ running }) => holder.endsWith(`:${running.pid}`));
  if (!victim) throw new Error(`${holder}, which runs the profile crash, is neither of the schedulers`);
  say(`  kill -9 of the ${victim.role} in the middle of a run`);
  const orphans = readJournal(journal).filter(({ task }) => task === 'crash');
  const killedAt = await killScheduler(victim);
  const areGone = await waitUntil(() => orphans.every(({ pid }) => !isAlive(pid)), {
    everyMs: 5,
    timeoutMs: orphansWithinMs,
  });
  const orphansMs = areGone ? Date.now() - killedAt : null;
  restart(sandbox, victim);
  const again = () => readJournal(journal).some(({ task, atMs }) => task === 'crash' && atMs > killedAt);
  await expectSoon('another run of what was killed', recoverWithinMs, again);
  return { reloadedAt, killedAt, orphansMs, lostRun };
}

async function requireCrash(probe: Probe): Promise<RunRow> {
  const run = (await listRuns(probe)).find(
    ({ profile, status }) => profile === 'crash' && status === 'running',
  );
  if (!run) throw new Error('the profile crash does not run');
  return run;
}

async function expectSoon(
  what: string,
  timeoutMs: number,
  isThere: () => boolean | Promise<boolean>,
): Promise<void> {
  const came = await waitUntil(isThere, { everyMs: 100, timeoutMs });
  if (!came) throw new Error(`${what} did not come within ${timeoutMs / 1000} s`);
}

function listRuns(probe: Probe): Promise<RunRow[]> {
  return probe.rows<RunRow>(
    `select run_id, profile, status, scheduled_for, started_at, finished_at, error, holder from run
      where parent_run_id is null order by run_id`,
  );
}

function describe(runs: readonly RunRow[], { orphansMs }: Happenings): [string, string][] {
  const byProfile = Map.groupBy(runs, ({ profile }) => profile);
  const counted = [...byProfile].map(([profile, own]): [string, string] => {
    const byStatus = [...Map.groupBy(own, ({ status }) => status)];
    return [`runs of ${profile}`, byStatus.map(([status, { length }]) => `${length} ${status}`).join(', ')];
  });
  return [...counted, ['tasks outlived their scheduler by', `${orphansMs ?? 'no end of'} ms`]];
}
