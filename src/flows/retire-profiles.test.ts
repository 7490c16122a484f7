import { expect, it } from 'vitest';
import { createMachine, failing, makeDataDir, makeProfile, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { JobsConfig } from '../config/types.ts';
import type { FlowCtx } from './context.ts';
import { createProfileRetirement } from './retire-profiles.ts';
import { runProfile } from './run-profile.ts';
import { createProfileWatch } from './watch-profiles.ts';

const asked = { profile: 'edge', source: 'manual', scheduledFor: null, onlyTask: null } as const;
const edge = makeProfile(['dns'], { staleAfterMs: 60_000 });
const other = makeProfile(['dns'], { name: 'core' });

/** A worker on whose machine `dns` fails, with a retirement that has seen `edge` and `core` fail. */
async function open(harness: StoreHarness) {
  const config = { ...(await loadTestConfig()), dataDir: await makeDataDir() };
  let jobs: JobsConfig = { ...jobsOf([edge, other]), path: '/checkout/jobs.yaml' };
  const worker = await startWorker(harness, { config });
  const ctx: FlowCtx = {
    ...worker.ctx,
    get config() {
      return { ...config, jobs };
    },
  };
  const run = (profile: string) =>
    runProfile(runDeps({ ...worker, ctx }, createMachine({ dns: failing() })), { ...asked, profile });
  const retirement = createProfileRetirement(ctx);
  const watch = createProfileWatch(ctx);
  await run('edge');
  await run('core');
  expect(await retirement.tick()).toBe(false);
  await harness.clock.advance(70_000);
  await watch.tick();
  const firing = async () =>
    (await ctx.db.selectFrom('alert').select('fingerprint').where('ended_at', 'is', null).execute())
      .map(({ fingerprint }) => fingerprint)
      .sort();
  const told = async () =>
    (await ctx.db.selectFrom('profile_digest').select('profile').execute())
      .map(({ profile }) => profile)
      .sort();
  const replace = (change: Partial<JobsConfig>) => {
    jobs = { ...jobs, ...change };
  };
  return { ctx, run, retirement, watch, replace, firing, told };
}

describeEachStore('a profile that is removed', (openStores) => {
  it.each([
    ['is not in jobs.yaml any more', [other]],
    ['is disabled', [{ ...edge, enabled: false }, other]],
  ])('ends its alerts, its heartbeats too, and says that it %s', async (reason, profiles) => {
    const { ctx, retirement, watch, replace, firing, told } = await open(await openStores());
    expect(await firing()).toEqual(['job:core:dns', 'job:edge:dns', 'profile:edge:stale']);
    expect(await told()).toEqual(['core', 'edge']);
    replace({ profiles });
    await watch.tick();
    expect(await retirement.tick()).toBe(true);
    expect(await firing()).toEqual(['job:core:dns']);
    expect(await told()).toEqual(['core']);
    const notes = await ctx.db
      .selectFrom('alert_event')
      .select('note')
      .where('note', 'is not', null)
      .execute();
    expect(notes.map(({ note }) => note)).toContain(`The profile edge ${reason}.`);
    expect(await retirement.tick()).toBe(false);
  });

  it('ends them once what still runs of it is over', async () => {
    const harness = await openStores();
    const { ctx, retirement, replace, firing } = await open(harness);
    const lock = { profile: 'edge', run_id: 'run_1', holder: 'a:1', token: 't', since: 0 };
    await ctx.db
      .insertInto('profile_lock')
      .values({ ...lock, locked_until: harness.clock.now() + 1000 })
      .execute();
    replace({ profiles: [other] });
    expect(await retirement.tick()).toBe(false);
    await harness.clock.advance(1000);
    expect(await retirement.tick()).toBe(true);
    expect(await firing()).not.toContain('job:edge:dns');
  });

  it('is not one of which a process without jobs.yaml knows nothing', async () => {
    const { retirement, replace, firing } = await open(await openStores());
    replace({ path: null, profiles: [] });
    expect(await retirement.tick()).toBe(false);
    expect(await firing()).toContain('job:edge:dns');
  });
});
