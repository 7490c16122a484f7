import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../test/acting.ts';
import { route } from '../../test/notify.ts';
import { describeEachStore, describeSharedStores, quietLog } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { bareFacts } from '../../test/triage-facts.ts';
import {
  addFollowup,
  changeFollowup,
  claimSummary,
  claimTriages,
  failSummary,
  finishTriage,
  listFollowups,
  makeTriageReport,
} from '../incidents/index.ts';
import { openStore, type TriageSummaryRow } from '../store/index.ts';
import { closeAction, createAction } from './incident-actions.ts';
import { getIncident } from './incident-get.ts';
import { mergeAction } from './incident-merge.ts';

const minuteMs = 60_000;

function events(worker: Worker) {
  return worker.ctx.db
    .selectFrom('incident_event')
    .innerJoin('incident', 'incident.incident_id', 'incident_event.incident_id')
    .select(['incident.number', 'incident_event.type', 'incident_event.message'])
    .orderBy('incident_event.at')
    .orderBy('incident_event.event_id')
    .execute();
}

async function openTwo(worker: Worker): Promise<void> {
  await worker.report({ service: 'db', severity: 'P1', title: 'db is slow' });
  await worker.settle();
  await worker.report({ service: 'api', severity: 'P0', title: 'api fails' });
  await worker.settle();
}

describeEachStore('merging incidents', (open) => {
  it('hands on what a worker has yet to write: its summary belongs to the incident that goes on', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    const [db] = await worker.ctx.db
      .selectFrom('incident')
      .select('incident_id')
      .where('number', '=', 1)
      .execute();
    const summary = {
      incident_id: db?.incident_id ?? '',
      report: null,
      attempts: 0,
      lease_token: null,
      locked_until: null,
      error: null,
      created_at: 0,
      finished_at: null,
    };
    await worker.ctx.db
      .insertInto('triage_summary')
      .values([
        { ...summary, triage_id: 'trg_waits', status: 'pending' },
        { ...summary, triage_id: 'trg_done', status: 'done', finished_at: 1 },
      ])
      .execute();
    await run(worker, mergeAction, { id: '1', into: '2' });
    const rows = await worker.ctx.db
      .selectFrom('triage_summary')
      .innerJoin('incident', 'incident.incident_id', 'triage_summary.incident_id')
      .select(['triage_id', 'number'])
      .orderBy('triage_id')
      .execute();
    expect(rows).toEqual([
      { triage_id: 'trg_done', number: 1 },
      { triage_id: 'trg_waits', number: 2 },
    ]);
  });

  it('writes what a worker was just at into the incident that goes on', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    await worker.ctx.db.updateTable('triage').set({ status: 'pending', locked_until: null }).execute();
    const triages = await claimTriages(worker.ctx, 5);
    await run(worker, mergeAction, { id: '1', into: '2' });
    const report = makeTriageReport(bareFacts, 0);
    for (const triage of triages) expect(await finishTriage(worker.ctx, triage, report, true)).toBe(true);
    const summary = await claimSummary(worker.ctx);
    expect(await failSummary(worker.ctx, summary as TriageSummaryRow, { reason: 'off', error: 'off' })).toBe(
      true,
    );
    const [one, two] = [
      await run(worker, getIncident, { id: '1' }),
      await run(worker, getIncident, { id: '2' }),
    ];
    const summaries = await worker.ctx.db.selectFrom('triage_summary').select('incident_id').execute();
    expect(summaries.map((row) => row.incident_id)).toEqual([two.id, two.id]);
    expect(one).toMatchObject({ artifacts: { length: 2 } });
    expect(two).toMatchObject({ artifacts: { length: 6 } });
  });

  it('moves what is left to do, and leaves what is done with its story', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    const add = (title: string) => run(worker, addFollowup, { id: '1', title });
    await add('find the cause');
    const { id } = await add('restart it');
    await run(worker, changeFollowup, { id: '1', followup_id: id, status: 'done' });
    await run(worker, mergeAction, { id: '1', into: '2' });
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({
      followups: [{ title: 'restart it', status: 'done' }],
    });
    expect(await run(worker, getIncident, { id: '2' })).toMatchObject({
      followups: [{ title: 'find the cause', status: 'open' }],
    });
    const all = await run(worker, listFollowups, {});
    expect(all).toMatchObject({ data: [{ title: 'find the cause', incident: 'INC-2' }] });
  });

  it('takes along who heard of the one alone: they hear the end of the other, once', async () => {
    const harness = await open();
    const config = await loadTestConfig(() => ({
      channels: { 'db-team': { type: 'log' }, 'api-team': { type: 'log' } },
      routes: [
        route(['db-team'], { name: 'db', match: { service: ['db'] }, severityFloor: 'INFO' }),
        route(['api-team'], { name: 'api', match: { service: ['api'] }, severityFloor: 'INFO' }),
      ],
    }));
    const worker = await startWorker(harness, { config });
    await openTwo(worker);
    await worker.report({ service: 'web', severity: 'P1', title: 'web fails' });
    await worker.settle();
    await run(worker, mergeAction, { id: '1', into: '2' });
    await run(worker, mergeAction, { id: '2', into: '3' });
    for (const [service, title] of [
      ['db', 'db is slow'],
      ['api', 'api fails'],
      ['web', 'web fails'],
    ] as const)
      await worker.report({ service, title, status: 'resolved' });
    await worker.settle();
    await harness.clock.advance(2 * minuteMs);
    await worker.settle();
    const messages = await worker.messages();
    expect(messages.filter((line) => line.startsWith('db-team'))).toEqual([
      'db-team incident.opened P1 db is slow',
      'db-team incident.resolved Merged into INC-2: db is slow (0ms)',
      'db-team incident.updated P0 api fails: takes in db is slow',
      'db-team incident.resolved Merged into INC-3: api fails (0ms)',
      'db-team incident.escalated Now P0: web fails',
      'db-team incident.resolved Resolved: web fails (0ms)',
    ]);
    expect(messages.filter((line) => line.startsWith('api-team')).at(-1)).toBe(
      'api-team incident.resolved Resolved: web fails (0ms)',
    );
    expect(messages.filter((line) => line.includes('Resolved: web fails'))).toHaveLength(2);
  });

  it('moves alerts and signatures, ends the one, and keeps both timelines', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    const before = await events(worker);
    const merged = await run(worker, mergeAction, { id: 'INC-2', into: 'INC-1', reason: 'one cause' });
    expect(merged).toMatchObject({ number: 'INC-1', status: 'open', severity: 'P0' });
    const [one, two] = [
      await run(worker, getIncident, { id: '1' }),
      await run(worker, getIncident, { id: '2' }),
    ];
    expect(one).toMatchObject({
      alerts_total: 2,
      alerts: [{ service: 'db' }, { service: 'api' }],
      related: [{ number: 'INC-2', relation: 'merged_from' }],
    });
    expect(two).toMatchObject({
      status: 'closed',
      alerts_total: 0,
      superseded_by: one.id,
      related: [{ number: 'INC-1', relation: 'merged_into' }],
    });
    const after = await events(worker);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.filter(({ message }) => message.includes('one cause'))).toEqual(
      expect.arrayContaining([
        { number: 2, type: 'status_change', message: 'merged into INC-1, db is slow: one cause' },
        { number: 1, type: 'action', message: 'takes in INC-2, api fails and is P0 now: one cause' },
      ]),
    );
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 db is slow',
      'ops incident.opened P0 api fails',
      'ops incident.resolved Merged into INC-1: api fails (0ms)',
      'ops incident.escalated Now P0: db is slow',
    ]);
  });

  it('sends what failed there to the incident that goes on, which ends once both have ended', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await openTwo(worker);
    await run(worker, mergeAction, { id: '2', into: '1' });
    const api = { service: 'api', severity: 'P0', title: 'api fails' } as const;
    await worker.report({ ...api, status: 'resolved' });
    await worker.report(api);
    await worker.settle();
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({ alerts_total: 3, alerts_live: 2 });
    await worker.report({ ...api, status: 'resolved' });
    await harness.clock.advance(2 * minuteMs);
    await worker.settle();
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({ status: 'open' });
    await worker.report({ service: 'db', severity: 'P1', title: 'db is slow', status: 'resolved' });
    await harness.clock.advance(2 * minuteMs);
    await worker.settle();
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({ status: 'resolved' });
    await worker.report(api);
    await worker.settle();
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({ status: 'open', alerts_live: 1 });
  });

  it('leaves no signature with two open incidents, and none without one', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    await run(worker, mergeAction, { id: '2', into: '1' });
    const rows = await worker.ctx.db.selectFrom('incident_signature').selectAll().execute();
    const incident = await run(worker, getIncident, { id: '1' });
    expect(rows.filter((row) => row.ended_at === null).map((row) => row.incident_id)).toEqual([
      incident.id,
      incident.id,
    ]);
  });

  it('takes in one that is resolved without telling its end again, and what others hold by now stays theirs', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ service: 'api', title: 'api fails' });
    await worker.settle();
    await worker.report({ service: 'api', title: 'api fails', status: 'resolved' });
    await harness.clock.advance(minuteMs);
    await worker.settle();
    await run(worker, createAction, { title: 'all is slow', service: 'web', severity: 'P1' });
    await run(worker, mergeAction, { id: '1', into: '2' });
    expect((await worker.messages()).filter((line) => line.includes('incident.resolved'))).toHaveLength(1);
    await worker.report({ service: 'api', title: 'api fails' });
    await worker.settle();
    expect(await run(worker, getIncident, { id: '2' })).toMatchObject({ alerts_total: 2, alerts_live: 1 });
  });

  it('is refused where either is over, naming both states', async () => {
    const worker = await startWorker(await open());
    await openTwo(worker);
    await run(worker, closeAction, { id: '2', force: true });
    await expect(run(worker, mergeAction, { id: '2', into: '1' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('incident INC-2 is closed and INC-1 is open'),
    });
    await expect(run(worker, mergeAction, { id: '1', into: '2' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(run(worker, mergeAction, { id: '1', into: '1' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });
});

describeSharedStores('a merger while alerts come in', (open) => {
  it('leaves every live alert in an incident that is open, whoever was first', async () => {
    const harness = await open();
    const [a, b] = [await startWorker(harness), await startSecond(harness)];
    for (let round = 0; round < 6; round++) {
      const [db, api] = [`db-${round}`, `api-${round}`];
      await a.report({ service: db }, { service: api });
      await a.settle();
      await a.report({ service: db, fingerprint: 'more' }, { service: api, fingerprint: 'more' });
      const merge = run(a, mergeAction, { id: `${2 * round + 2}`, into: `${2 * round + 1}` });
      await Promise.all([merge, b.settle()]);
      await b.settle();
    }
    const live = await a.ctx.db
      .selectFrom('alert')
      .leftJoin('incident', 'incident.incident_id', 'alert.incident_id')
      .select(['alert.status', 'incident.status as incident_status'])
      .where('alert.ended_at', 'is', null)
      .execute();
    expect(live).toEqual(Array.from({ length: 24 }, () => ({ status: 'acked', incident_status: 'open' })));
  });
});

async function startSecond(harness: Parameters<typeof startWorker>[0]): Promise<Worker> {
  const store = await openStore(harness.options, quietLog);
  onTestFinished(() => store.close());
  return startWorker(harness, { store, owner: 'worker-2' });
}
