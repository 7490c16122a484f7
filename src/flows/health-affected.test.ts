import { expect, it } from 'vitest';
import { type Probed, probedComponent, startProbed } from '../../test/probed.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { listAllAlerts } from '../../test/watched.ts';
import { listDecisions } from '../alerts/index.ts';
import type { ComponentConfig, SilenceConfig } from '../config/types.ts';
import { reconcileComponents } from './health-reconcile.ts';

const db = probedComponent('db');
const api = probedComponent('api', ['db']);
const web = probedComponent('web', ['db']);
const usual = [db, api, web];

/** Alerts, oldest first: what each is of, whom it lists, how severe, and whether it is over. */
async function tell({ watcher }: Probed): Promise<string[]> {
  return (await listAllAlerts(watcher.ctx())).map((row) => {
    const { affected } = JSON.parse(row.annotations ?? '{}') as { affected?: string };
    const words = [row.fingerprint, affected, row.severity, row.ended_at === null ? null : 'over'];
    return words.filter(Boolean).join(' ');
  });
}

async function reload(probed: Probed, components: ComponentConfig[]): Promise<void> {
  await probed.watcher.configure(components);
  await reconcileComponents(probed.watcher.ctx());
}

describeEachStore('those that still fail after the return of what they need', (open) => {
  /** The db falls and takes the others along, and comes back alone. */
  const setUp = async (harness: StoreHarness, components: ComponentConfig[] = usual) => {
    const probed = await startProbed(harness, components);
    await probed.find('db ok', 'api ok', 'web ok');
    await probed.find('db down', 'api down', 'web down');
    await probed.find('db ok', 'api down', 'web down');
    expect(await tell(probed)).toEqual(['health:db P1 over']);
    return probed;
  };

  it('make one alert that lists them', async () => {
    const probed = await setUp(await open());
    await probed.find('api down', 'web down');
    await probed.find('api down', 'web down');
    expect(await tell(probed)).toEqual(['health:db P1 over', 'health:db:affected api,web P1']);
    const [, alert] = await listAllAlerts(probed.watcher.ctx());
    expect(alert).toMatchObject({
      service: 'db',
      component: null,
      occurrences: 2,
      title: 'Dependants of The db still fail after its return',
      message: [
        'Affected: The api, The web.',
        'The api is down. Check front: no answer within 2s (timeout, 4 times in a row).',
        'The web is down. Check front: no answer within 2s (timeout, 4 times in a row).',
      ].join('\n'),
    });
  });

  it('join it as their time is over, and leave it as they heal: the last one ends it', async () => {
    const harness = await open();
    const probed = await setUp(harness);
    await probed.find('api down');
    expect((await tell(probed))[1]).toBe('health:db:affected api P1');
    await probed.find('web down');
    expect((await tell(probed))[1]).toBe('health:db:affected api,web P1');
    await probed.find('api ok');
    expect((await tell(probed))[1]).toBe('health:db:affected web P1');
    await probed.find('web ok');
    expect((await tell(probed))[1]).toBe('health:db:affected web P1 over');
    const events = await harness.ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute();
    expect(events.at(-1)?.note).toBe('its checks are ok again');
    await probed.find('api down');
    expect((await tell(probed)).slice(2)).toEqual(['health:api P1']);
  });

  it('that heal and fail in one commit are told as they are in the end', async () => {
    const probed = await setUp(await open());
    await probed.find('api down', 'web down', 'api ok');
    expect((await tell(probed)).slice(1)).toEqual(['health:db:affected web P1']);
  });

  it('are as severe as the worst of them', async () => {
    const critical = probedComponent('web', ['db'], { critical: true });
    const probed = await setUp(await open(), [db, api, critical]);
    await probed.find('api degraded');
    expect((await tell(probed))[1]).toBe('health:db:affected api P2');
    await probed.find('web down');
    expect((await tell(probed))[1]).toBe('health:db:affected web,api P0');
  });

  it('are told of in it while their upstream is down once more, and those that nobody asks any more are not', async () => {
    const probed = await setUp(await open());
    await probed.find('api down', 'web down');
    await probed.find('db down', 'api down', 'web unknown');
    const told = ['health:db P1 over', 'health:db:affected api P1', 'health:db P1'];
    expect(await tell(probed)).toEqual(told);
    const [, group, own] = await listAllAlerts(probed.watcher.ctx());
    const why = async (ref = '') =>
      (await listDecisions(probed.watcher.ctx(), ref))
        .filter(({ reason }) => reason === 'upstream_down')
        .map(({ rule }) => rule);
    expect(await why(group?.alert_ref)).toEqual(['db: api']);
    expect(await why(own?.alert_ref)).toEqual(['db: api, web']);

    await probed.find('db ok', 'api down', 'web down');
    await probed.find('api down');
    await probed.find('api down');
    const later = ['health:db:affected api P1', 'health:db P1 over', 'health:web P1'];
    expect((await tell(probed)).slice(1)).toEqual(later);
    await probed.find('api ok', 'web ok');
    expect((await tell(probed))[1]).toMatch(/over$/);
  });

  it('are told of in it while Tocsin is offline, and afterwards', async () => {
    const probed = await setUp(await open());
    await probed.find('api down', 'web down');
    await probed.find('db offline', 'api offline', 'web offline');
    await probed.find('api down', 'db ok');
    const told = ['health:db P1 over', 'health:db:affected api,web P1'];
    expect(await tell(probed)).toEqual(told);
    await probed.find('api ok');
    expect((await tell(probed))[1]).toMatch(/^health:db:affected web P[12]$/);
    await probed.find('web ok');
    expect((await tell(probed))[1]).toMatch(/over$/);
  });

  it('have alerts of their own where Tocsin was offline as it returned', async () => {
    const probed = await startProbed(await open(), usual);
    await probed.find('db down', 'api down', 'web down');
    await probed.find('db offline', 'api offline', 'web offline');
    expect(await tell(probed)).toEqual(['health:db P1']);
    await probed.find('db ok', 'api ok', 'web down');
    expect(await tell(probed)).toEqual(['health:db P1 over', 'health:web P1']);
  });

  it('are none of those that failed by themselves before', async () => {
    const probed = await startProbed(await open(), usual);
    await probed.find('api down');
    await probed.find('db down', 'api down', 'web down');
    await probed.find('db ok', 'api down', 'web down');
    await probed.find('api down', 'web down');
    expect(await tell(probed)).toEqual(['health:api P1', 'health:db P1 over', 'health:db:affected web P1']);
    await probed.find('api ok');
    expect(await tell(probed)).toEqual([
      'health:api P1 over',
      'health:db P1 over',
      'health:db:affected web P1',
    ]);
  });

  it('before an update have alerts of their own, and keep them', async () => {
    const harness = await open();
    const probed = await startProbed(harness, usual);
    await probed.find('api down');
    await harness.ctx.db.updateTable('component_status').set({ told_by: null }).execute();
    await probed.find('db down', 'api down');
    await probed.find('db ok', 'api down');
    await probed.find('api down');
    expect(await tell(probed)).toEqual(['health:api P1', 'health:db P1 over']);
  });

  it('are told of by the upstream that came back last, and each group by itself', async () => {
    const chain = [db, probedComponent('edge', ['db']), probedComponent('api', ['edge'])];
    const probed = await startProbed(await open(), chain);
    await probed.find('db down', 'edge down', 'api down');
    await probed.find('db ok', 'edge down', 'api down');
    await probed.find('edge down', 'api down');
    // What it needs is told of there, and counts it.
    expect(await tell(probed)).toEqual(['health:db P1 over', 'health:db:affected edge P1']);
    const [, group] = await listAllAlerts(probed.watcher.ctx());
    expect(group?.message).toContain('1 dependant affected.');
    await probed.find('edge ok', 'api down');
    await probed.find('api down');
    expect((await tell(probed)).slice(1)).toEqual([
      'health:db:affected edge P1 over',
      'health:edge:affected api P1',
    ]);
  });

  it('leave it where they are no longer watched', async () => {
    const harness = await open();
    const probed = await setUp(harness);
    await probed.find('api down', 'web down');
    await reload(probed, [db, web]);
    expect((await tell(probed)).slice(1)).toEqual(['health:db:affected web P1']);
    // By what they fail with they are known, whether or not that is watched.
    await reload(probed, [probedComponent('web')]);
    await probed.find('web down');
    expect((await tell(probed)).slice(1)).toEqual(['health:db:affected web P1']);
    await reload(probed, []);
    expect((await tell(probed)).slice(1)).toEqual(['health:db:affected web P1 over']);
    const events = await harness.ctx.db.selectFrom('alert_event').selectAll().orderBy('event_id').execute();
    expect(events.at(-1)?.note).toBe('no longer watched');
  });

  it('stay together where they no longer need it', async () => {
    const probed = await setUp(await open());
    await probed.find('api down', 'web down');
    await reload(probed, [db, probedComponent('api'), probedComponent('web')]);
    await probed.find('api down');
    expect((await tell(probed)).slice(1)).toEqual(['health:db:affected api,web P1']);
  });

  it('have it to themselves where what they need is not watched any more', async () => {
    const probed = await setUp(await open());
    await reload(probed, [api]);
    await probed.find('api down');
    await probed.find('api down');
    expect((await tell(probed)).slice(1)).toEqual(['health:api P1']);
  });

  it('make one incident of all of them, told once, whose triage looks at them', async () => {
    const harness = await open();
    const probed = await setUp(harness);
    const worker = await startWorker(harness);
    await probed.find('api down');
    await worker.settle();
    const touched = async () =>
      (await harness.ctx.db.selectFrom('incident').selectAll().execute()).map(({ components }) => components);
    expect(await touched()).toEqual(['["api"]']);
    await probed.find('api down', 'web down');
    await worker.settle();
    expect(await touched()).toEqual(['["api","web"]']);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 Dependants of The db still fail after its return',
    ]);
    await harness.clock.advance(10_000);
    await worker.settle();
    const [, group] = await listAllAlerts(probed.watcher.ctx());
    expect(group).toMatchObject({ status: 'acked', ended_at: null });
  });

  it('are held while a silence holds each of them, and no longer', async () => {
    const harness = await open();
    const probed = await setUp(harness);
    const silence: SilenceConfig = {
      name: 'api-moves',
      match: { component: ['api'] },
      startsAt: null,
      endsAt: null,
      comment: null,
    };
    const worker = await startWorker(harness, {
      config: await loadTestConfig(() => ({ silences: [silence] })),
    });
    await probed.find('api down');
    await worker.settle();
    expect(await worker.messages()).toEqual([]);
    await probed.find('web down');
    await worker.settle();
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 Dependants of The db still fail after its return',
    ]);
  });
});
