import { expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import { createMachine, failing, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { createActor } from '../access/index.ts';
import { getAlert } from './alert-actions.ts';
import { runProfile } from './run-profile.ts';

const reader = createActor('an operator', 'admin');
const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;

type Runs = { run_id: string; parent_run_id: string | null; profile: string; task: string }[];

describeEachStore('an alert', (open) => {
  it('names the runs that raised it: each that failed, none of other tasks, none that was well before', async () => {
    const harness = await open();
    const profile = makeProfile(['dns', 'disk']);
    const dataDir = await makeDataDir();
    const config = await loadTestConfig(() => ({ jobs: jobsOf([profile]), dataDir }));
    const worker = await startWorker(harness, { config });
    const machine = createMachine();
    for (let round = 0; round < 3; round++) {
      if (round === 1) Object.assign(machine.programs, { dns: failing(), disk: failing() });
      await runProfile(runDeps(worker, machine), asked);
      await harness.clock.advance(3_600_000);
    }
    const runsOf = async (alertRef: string | undefined) =>
      (await run(worker, getAlert, { alert_ref: alertRef }, reader)).runs as Runs;
    const { alert_ref: ref } = await worker.ctx.db
      .selectFrom('alert')
      .select('alert_ref')
      .where('fingerprint', '=', 'job:edge:dns')
      .executeTakeFirstOrThrow();
    const runs = await runsOf(ref);
    expect(runs.map(({ profile, task }) => `${profile} ${task}`)).toEqual(['edge dns', 'edge dns']);
    const [newest, oldest] = runs.map(({ run_id }) => run_id);
    expect(`${newest}` > `${oldest}`).toBe(true);

    const named = runs[1]?.parent_run_id ?? '';
    const [told] = await worker.report({ annotations: { run_id: named } });
    expect(await runsOf(told)).toEqual([expect.objectContaining({ run_id: named, task: null })]);
    const [alone, gone] = await worker.report(
      { title: 'of no run' },
      { title: 'of a run that is gone', annotations: { run_id: 'run_0' } },
    );
    expect([await runsOf(alone), await runsOf(gone)]).toEqual([[], []]);
  });
});
