import { expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { mergeAction } from './incident-merge.ts';

const services = ['api', 'db', 'web'];

function alerts(worker: Worker) {
  return worker.ctx.db.selectFrom('alert').selectAll().orderBy('alert_ref').execute();
}

function incidents(worker: Worker) {
  return worker.ctx.db.selectFrom('incident').selectAll().orderBy('number').execute();
}

/** How many acks there were: alerts that are acked at once share the id of their events. */
async function countAcks(worker: Worker): Promise<number> {
  const { db } = worker.ctx;
  const acks = db.selectFrom('alert_event').select('event_id').where('to_status', '=', 'acked').distinct();
  return (await acks.execute()).length;
}

describeEachStore('alerts of different services that are claimed together', (open) => {
  it('are settled at once, each as if it were alone', async () => {
    const worker = await startWorker(await open());
    await worker.report(...services.map((service) => ({ service, title: `${service} is down` })));
    await worker.supervisor.tick();
    expect(await countAcks(worker)).toBe(1);
    const opened = await incidents(worker);
    expect(opened.map(({ number, service }) => [number, service])).toEqual([
      [1, 'api'],
      [2, 'db'],
      [3, 'web'],
    ]);
    expect(await alerts(worker)).toMatchObject(
      opened.map(({ incident_id, service }) => ({ incident_id, service, status: 'acked', announced: 1 })),
    );
    expect(await worker.messages()).toEqual(
      services.map((service) => `ops incident.opened P1 ${service} is down`),
    );
    const triages = await worker.ctx.db.selectFrom('triage').select('incident_id').execute();
    expect(new Set(triages.map((row) => row.incident_id)).size).toBe(3);
  });

  it('leave no gap in the numbers where some join what is there', async () => {
    const worker = await startWorker(await open());
    const report = async (...titles: [service: string, title: string][]) => {
      await worker.report(...titles.map(([service, title]) => ({ service, title })));
      await worker.settle();
    };
    await report(['api', 'down']);
    await report(['api', 'slow'], ['db', 'down'], ['web', 'down']);
    await report(['queue', 'down']);
    const opened = await incidents(worker);
    expect(opened.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(opened.map(({ service }) => service).toSorted()).toEqual(['api', 'db', 'queue', 'web']);
  });

  it('fail alone: one that cannot be settled keeps none of the others', async () => {
    const worker = await startWorker(await open());
    await worker.report({ service: 'api' });
    await worker.settle();
    await worker.ctx.db.updateTable('incident').set({ components: 'torn' }).execute();
    await worker.report(...services.map((service) => ({ service, title: `${service} is slow` })));
    await worker.supervisor.tick();
    expect(await alerts(worker)).toMatchObject([
      { service: 'api', status: 'acked' },
      { service: 'api', status: 'failed', last_error: expect.stringContaining('JSON') },
      { service: 'db', status: 'acked' },
      { service: 'web', status: 'acked' },
    ]);
    expect(await incidents(worker)).toHaveLength(3);
  });

  it('join one incident after the other where a merger gave it the failures of several', async () => {
    const worker = await startWorker(await open());
    const reports = ['api', 'db'].map((service) => ({ service, labels: { component: service } }));
    await worker.report(...reports);
    await worker.settle();
    await run(worker, mergeAction, { id: '2', into: '1' });
    await worker.report(...reports.map((report) => ({ ...report, status: 'resolved' as const })));
    await worker.report(...reports);
    await worker.supervisor.tick();
    const [target] = await incidents(worker);
    expect(JSON.parse(target?.components ?? '')).toEqual(['api', 'db']);
    expect((await alerts(worker)).filter((alert) => alert.ended_at === null)).toMatchObject([
      { status: 'acked', incident_id: target?.incident_id },
      { status: 'acked', incident_id: target?.incident_id },
    ]);
  });
});
