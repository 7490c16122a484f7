import { expect, it } from 'vitest';
import { run, type View } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { renderProfiles } from '../cli/render-profiles.ts';
import type { ProfileConfig } from '../config/types.ts';
import type { Actor } from '../core/actor.ts';
import { finishRun, openRun, startRun } from '../runs/index.ts';
import { listProfiles } from './list-profiles.ts';

const viewer: Actor = { name: 'vic', role: 'viewer', entitlements: ['tools.jobs.read'] };

const profile = (name: string, rest: Partial<ProfileConfig> = {}) =>
  ({
    name,
    description: null,
    enabled: true,
    cron: '30 4 * * *',
    timezone: 'UTC',
    tasks: [{}, {}],
    ...rest,
  }) as ProfileConfig;

describeEachStore('the list of profiles', (open) => {
  it('says of each when it runs next and what became of it last', async () => {
    const harness = await open();
    const profiles = [
      profile('edge'),
      profile('off', { enabled: false, tasks: [] }),
      profile('riga', { timezone: 'Europe/Riga', cron: '@hourly', description: 'x' }),
    ];
    const config = await loadTestConfig(({ jobs }) => ({ jobs: { ...jobs, profiles } }));
    const worker = await startWorker(harness, { config });
    const nowMs = Date.parse('2026-03-01T04:00:00Z');
    await harness.clock.advance(nowMs - harness.clock.now());
    const asked = { profile: 'edge', source: 'cron', scheduledFor: null, onlyTask: null } as const;
    for (const [status, exit_code, error] of [
      ['succeeded', 0, null],
      ['failed', 1, 'failed: dns'],
    ] as const) {
      const queued = await openRun(worker.ctx, asked);
      const started = queued && (await startRun(worker.ctx, queued, { host: 'a', holder: 'a:1' }, []));
      if (started?.outcome !== 'started') throw new Error('it did not start');
      await finishRun(worker.ctx, started, { status, exit_code, error });
      await harness.clock.advance(60_000);
    }
    const answer = await run(worker, listProfiles, {}, viewer);
    expect(answer).toEqual({
      data: [
        {
          name: 'edge',
          description: null,
          enabled: true,
          cron: '30 4 * * *',
          timezone: 'UTC',
          tasks: 2,
          next_run_at: '2026-03-01T04:30:00.000Z',
          last_run: {
            run_id: expect.stringMatching(/^run_/),
            status: 'failed',
            finished_at: '2026-03-01T04:01:00.000Z',
            error: 'failed: dns',
          },
          last_success_at: '2026-03-01T04:00:00.000Z',
          failing_since: '2026-03-01T04:01:00.000Z',
          running: null,
        },
        expect.objectContaining({ name: 'off', enabled: false, tasks: 0, next_run_at: null, last_run: null }),
        expect.objectContaining({ name: 'riga', description: 'x', next_run_at: '2026-03-01T05:00:00.000Z' }),
      ],
    });
    const begun = await openRun(worker.ctx, { ...asked, profile: 'riga' });
    if (begun) await startRun(worker.ctx, begun, { host: 'a', holder: 'a:1' }, []);
    const running = async () => ((await run(worker, listProfiles, {}, viewer)).data as View[])[2]?.running;
    expect(await running()).toEqual({
      run_id: begun?.run_id,
      holder: 'a:1',
      since: '2026-03-01T04:02:00.000Z',
    });
    await harness.clock.advance(60_000);
    expect(await running()).toBeNull();
    expect(renderProfiles(answer).split('\n')).toEqual([
      'edge  cron="30 4 * * *"  tasks=2  next 2026-03-01T04:30:00.000Z  last failed 2026-03-01T04:01:00.000Z',
      'off   cron="30 4 * * *"  tasks=0  next none                      last never                            (disabled)',
      'riga  cron="@hourly"     tasks=2  next 2026-03-01T05:00:00.000Z  last never',
    ]);
  });

  it('says that a job fails until it succeeds, whatever was cancelled meanwhile', async () => {
    const harness = await open();
    const profiles = [profile('edge'), profile('new')];
    const config = await loadTestConfig(({ jobs }) => ({ jobs: { ...jobs, profiles } }));
    const worker = await startWorker(harness, { config });
    const end = async (name: string, status: 'failed' | 'cancelled' | 'succeeded') => {
      const asked = { profile: name, source: 'api', scheduledFor: null, onlyTask: null } as const;
      const queued = await openRun(worker.ctx, asked);
      const started = queued && (await startRun(worker.ctx, queued, { host: 'a', holder: 'a:1' }, []));
      if (started?.outcome !== 'started') throw new Error('it did not start');
      await finishRun(worker.ctx, started, { status, exit_code: null, error: null });
      await harness.clock.advance(60_000);
    };
    const list = () => run(worker, listProfiles, {}, viewer);
    const failedAt = new Date(harness.clock.now()).toISOString();
    for (const status of ['failed', 'cancelled'] as const) await end('edge', status);
    await end('new', 'cancelled');
    const answer = await list();
    expect(answer.data).toMatchObject([
      { failing_since: failedAt, last_run: { status: 'failed' }, last_success_at: null },
      { failing_since: null, last_run: null },
    ]);
    expect(renderProfiles(answer)).toContain(`last failed ${failedAt}`);
    await end('edge', 'succeeded');
    await end('edge', 'cancelled');
    expect((await list()).data).toMatchObject([
      { failing_since: null, last_run: { status: 'succeeded' } },
      { last_run: null },
    ]);
  });

  it('is empty, and says why, where there is no jobs.yaml', async () => {
    const worker = await startWorker(await open());
    const answer = await run(worker, listProfiles, {}, viewer);
    expect(answer).toEqual({ data: [] });
    expect(renderProfiles(answer)).toBe('no profiles: there is no jobs.yaml');
  });
});
