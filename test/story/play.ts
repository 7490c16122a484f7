import { actions } from '../../src/actions.ts';
import type { Config, RouteConfig } from '../../src/config/types.ts';
import { runAction } from '../../src/core/action.ts';
import { systemActor } from '../../src/core/actor.ts';
import { createDeliverer } from '../../src/flows/deliver.ts';
import { createSourceWatch } from '../../src/flows/watch-sources.ts';
import { cutAfter } from '../../torture/model/cut.ts';
import type { StoreHarness } from '../stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../supervised.ts';
import {
  changedService,
  deadMonitor,
  deathAt,
  deployAt,
  nightMs,
  servicesInWork,
  type Timed,
  workFrom,
  workUntil,
} from './night.ts';

/** Reports of so long come together, and then everybody does what there is to do. */
const stepMs = 60_000;
const afterwardsMs = 20 * 60_000;

const route = (name: string, given: Partial<RouteConfig>): RouteConfig => ({
  name,
  match: {},
  channels: [name],
  groupWaitMs: null,
  severityFloor: 'P2',
  sendResolved: true,
  dedupeTtlMs: null,
  quietHours: null,
  repeatIntervalMs: 14_400_000,
  continue: false,
  ...given,
});

function configure(startMs: number): Promise<Config> {
  return loadTestConfig(() => ({
    channels: { pager: { type: 'log' }, team: { type: 'log' } },
    routes: [route('pager', { match: { severity: ['P0', 'P1'] } }), route('team', {})],
    sources: { [deadMonitor]: 5 * 60_000 },
    maintenance: [
      {
        name: 'move',
        match: { service: servicesInWork },
        schedule: { kind: 'once', startsAt: startMs + workFrom, endsAt: startMs + workUntil },
        comment: null,
      },
    ],
  }));
}

/** Runs an action by its name, as a person. */
export function ask(worker: Worker, name: string, input: object): Promise<unknown> {
  const action = actions.find((candidate) => candidate.name === name);
  if (!action) throw new Error(`there is no action ${name}`);
  return runAction(action, { ...worker.ctx, actor: systemActor('ann') }, input);
}

/** Plays the night with two supervisors, of which one dies, and lets it come to rest; answers the one that is left. */
export async function playNight(harness: StoreHarness, night: readonly Timed[]): Promise<Worker> {
  const startMs = harness.clock.now();
  const config = await configure(startMs);
  const survivor = await startWorker(harness, { config, owner: 'survivor' });
  const mortal = await startWorker(harness, { config, owner: 'mortal' });
  const watch = createSourceWatch(survivor.ctx);
  const { ctx } = survivor;
  const deliverer = createDeliverer({
    ctx,
    report: (report) => ctx.intake.submit([report], null),
    random: () => 0,
  });
  const bySteps = Map.groupBy(night, ({ atMs }) => Math.floor(atMs / stepMs));
  for (let atMs = 0; atMs < nightMs + afterwardsMs; atMs += stepMs) {
    const reports = (bySteps.get(atMs / stepMs) ?? []).map(({ report }) => complete(report));
    if (reports.length > 0) await survivor.report(...reports);
    if (atMs === deployAt)
      await ask(survivor, 'deployments.record', { service: changedService, version: '2.0' });
    await watch.tick();
    if (atMs === deathAt) await die(harness, config);
    for (let busy = true; busy; )
      busy = [atMs < deathAt && (await mortal.supervisor.tick()), await survivor.supervisor.tick()].includes(
        true,
      );
    while (await deliverer.tick());
    await harness.clock.advance(stepMs);
  }
  await deliverer.stop();
  return survivor;
}

/** The process is gone in the middle of a pass, with what it has leased. */
async function die(harness: StoreHarness, config: Config): Promise<void> {
  const store = { ...harness.store, db: cutAfter(harness.store.db, 5) };
  const victim = await startWorker(harness, { config, store, owner: 'mortal' });
  await victim.supervisor.tick().catch(() => {}); // a process that is gone reports nothing
  const held = await harness.ctx.db
    .selectFrom('alert')
    .select('owner')
    .where('status', '=', 'processing')
    .execute();
  if (held.length === 0) throw new Error('the supervisor died without any work, which shows nothing');
}

function complete(report: Timed['report']): Timed['report'] {
  return { fingerprint: report.title ?? null, ...report };
}
