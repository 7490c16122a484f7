import { expect, test } from 'vitest';
import { run as act } from '../../test/acting.ts';
import { createMachine, hanging, makeDataDir, makeProfile, makeTask, runDeps } from '../../test/jobs.ts';
import { jobsOf } from '../../test/profiles.ts';
import { openInMemory } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { ProfileConfig } from '../config/types.ts';
import { startRunAction } from './run-actions.ts';
import { createRunStarter } from './start-runs.ts';

const operator = { name: 'ann', role: 'operator', entitlements: ['tools.jobs.run'] };

/** A process that begins what is asked for, on a machine where `slow` waits until it is stopped. */
async function open(...profiles: ProfileConfig[]) {
  const harness = await openInMemory();
  const dataDir = await makeDataDir();
  const worker = await startWorker(harness, {
    config: await loadTestConfig(() => ({ jobs: jobsOf(profiles), dataDir })),
  });
  const machine = createMachine({ slow: hanging });
  const starter = createRunStarter(runDeps(worker, machine));
  const ask = (input: object) => act(worker, startRunAction, input, operator);
  const runs = async () =>
    (
      await worker.ctx.db
        .selectFrom('run')
        .selectAll()
        .where('kind', '=', 'profile')
        .orderBy('run_id')
        .execute()
    ).map(({ status, error }) => [status, ...(error === null ? [] : [error])].join(': '));
  return { worker, machine, starter, ask, runs };
}

test('what is asked for is begun by the next look, and ended with the process that runs it', async () => {
  const { machine, starter, ask, runs } = await open(makeProfile(['slow']));
  const asked = await ask({ profile: 'edge' });
  expect(asked).toMatchObject({ status: 'queued', source: 'api', profile: 'edge', started_at: null });
  expect(await starter.tick()).toBe(true);
  await machine.hasStarted(1);
  expect(await runs()).toEqual(['running']);
  expect(await starter.tick()).toBe(false);
  await starter.stop();
  expect(await runs()).toEqual(['cancelled: Tocsin stopped']);
});

test('what a process picks up while it stops is left to the next one', async () => {
  const { worker, machine, starter, ask, runs } = await open(makeProfile(['dns']));
  await ask({ profile: 'edge' });
  await starter.stop();
  await starter.tick();
  await starter.stop();
  expect(await runs()).toEqual(['queued']);
  const next = createRunStarter(runDeps(worker, machine));
  await next.tick();
  await expect.poll(runs).toEqual(['succeeded']);
  await next.stop();
});

test('a run that is asked for beside one that goes on is skipped', async () => {
  const { machine, starter, ask, runs } = await open(makeProfile(['slow']));
  await ask({ profile: 'edge' });
  await starter.tick();
  await machine.hasStarted(1);
  await ask({ profile: 'edge' });
  await starter.tick();
  await expect
    .poll(runs)
    .toEqual(['running', expect.stringMatching(/^skipped_locked: already running: run_/)]);
  await starter.stop();
});

test('one task alone is run where that is asked for', async () => {
  const { machine, starter, ask } = await open(makeProfile(['dns', makeTask('off', { enabled: false })]));
  await ask({ profile: 'edge', task: 'off' });
  await starter.tick();
  await machine.hasStarted(1);
  expect(machine.started.map(({ argv }) => argv)).toEqual([['off']]);
  await starter.stop();
});

test.each([
  ['an unknown profile', { profile: 'egde' }, 'NOT_FOUND', 'there are: edge, rest'],
  ['an unknown task', { profile: 'edge', task: 'x' }, 'NOT_FOUND', 'there are: dns'],
  ['a disabled profile', { profile: 'rest' }, 'CONFLICT', 'the profile rest is disabled'],
])('%s is refused at once', async (_, input, code, message) => {
  const { ask, runs } = await open(makeProfile(['dns']), makeProfile([], { name: 'rest', enabled: false }));
  await expect(ask(input)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  expect(await runs()).toEqual([]);
});

test('what cannot be begun here any more says so, and is not tried for ever', async () => {
  const before = await open(makeProfile(['dns']));
  await before.ask({ profile: 'edge' });
  const gone = { ...before.worker.ctx, config: { ...before.worker.ctx.config, jobs: jobsOf([]) } };
  const starter = createRunStarter(runDeps({ ...before.worker, ctx: gone }, before.machine));
  await starter.tick();
  await expect.poll(before.runs).toEqual(['failed: there is no profile "edge"; there are: none']);
  expect(await starter.tick()).toBe(false);
});
