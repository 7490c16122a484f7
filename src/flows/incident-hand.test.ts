import { expect, it } from 'vitest';
import { run, type View } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import {
  acknowledgeIncident,
  addFollowup,
  assignIncident,
  attachArtifact,
  changeFollowup,
  linkIncidents,
  listFollowups,
  publishUpdate,
  showArtifact,
} from '../incidents/index.ts';
import { closeAction, createAction } from './incident-actions.ts';
import { getIncident } from './incident-get.ts';
import { severityAction } from './incident-severity.ts';

const hourMs = 3_600_000;

async function openOne(worker: Worker, service = 'api', severity = 'P1'): Promise<void> {
  await run(worker, createAction, { title: `${service} is down`, service, severity });
}

/** The newest line of the timeline. */
async function lastEvent(worker: Worker, id = '1'): Promise<View> {
  const { timeline } = await run(worker, getIncident, { id });
  return (timeline as View[])[0] ?? {};
}

describeEachStore('an incident in the hands of people', (open) => {
  it('is given to somebody and taken away again, each with actor and reason', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const given = { id: '1', owner: 'bob', reason: 'knows it' };
    expect(await run(worker, assignIncident, given)).toMatchObject({ owner: 'bob', acknowledged_by: null });
    expect(await lastEvent(worker)).toMatchObject({
      type: 'action',
      actor: 'ann',
      message: 'assigned to bob: knows it',
      meta: { from: null, to: 'bob', reason: 'knows it' },
    });
    expect(await run(worker, assignIncident, { id: '1', owner: null })).toMatchObject({ owner: null });
    expect((await lastEvent(worker)).message).toBe('assigned to nobody, before bob');
    await run(worker, assignIncident, { id: '1', owner: null });
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({ timeline_total: 3 });
    await run(worker, closeAction, { id: '1', force: true });
    await expect(run(worker, assignIncident, given)).rejects.toThrow('INC-1 is closed and cannot become');
  });

  it('is acknowledged for a reason that its timeline keeps', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    await run(worker, acknowledgeIncident, { id: '1', reason: 'at my desk' });
    expect(await lastEvent(worker)).toMatchObject({ message: 'acknowledged: at my desk', actor: 'ann' });
  });

  it('becomes more severe, which is told, and less severe, which is only noted', async () => {
    const worker = await startWorker(await open());
    await openOne(worker, 'api', 'P2');
    const set = (severity: string) => run(worker, severityAction, { id: '1', severity, reason: 'seen' });
    expect(await set('P0')).toMatchObject({ severity: 'P0' });
    expect(await lastEvent(worker)).toMatchObject({
      type: 'decision',
      message: 'severity P2 → P0 by hand: seen',
      meta: { from: 'P2', to: 'P0', reason: 'seen' },
    });
    expect(await set('P3')).toMatchObject({ severity: 'P3' });
    await worker.ctx.clock.wait(0);
    expect(await worker.messages()).toEqual([
      'ops incident.opened P2 api is down',
      'ops incident.escalated Now P0: api is down',
    ]);
    await run(worker, closeAction, { id: '1' });
    await expect(set('P1')).rejects.toThrow('incident INC-1 is closed and cannot become P1');
  });

  it('tells of a severity that rises again after a person lowered it', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P1' });
    await worker.settle();
    await worker.report({ severity: 'P0' });
    await worker.settle();
    await run(worker, severityAction, { id: '1', severity: 'P2' });
    await harness.clock.advance(1000);
    await worker.report({ severity: 'P0', fingerprint: 'another' });
    await worker.settle();
    expect(await worker.messages()).toEqual([
      'ops incident.opened P1 api is down',
      'ops incident.escalated Now P0: api is down',
      'ops incident.escalated Now P0: api is down',
    ]);
  });

  it('keeps its files: checked, listed, and shown as they came', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 9]).toString('base64');
    const attach = (name: string, content: string) => run(worker, attachArtifact, { id: '1', name, content });
    expect(await attach('graph.png', png)).toMatchObject({ content_type: 'image/png', body_bytes: 9 });
    await attach('heap.json', '{"mb": 4}');
    expect(await run(worker, showArtifact, { id: '1', artifact: 'graph.png' })).toMatchObject({
      encoding: 'base64',
      content: png,
    });
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({
      artifacts: [{ name: 'heap.json' }, { name: 'graph.png' }],
    });
    expect(await lastEvent(worker)).toMatchObject({
      type: 'action',
      message: 'attached heap.json (9 bytes)',
    });
    await expect(attach('../heap.json', '{}')).rejects.toThrow('must be a plain file name');
    await expect(attach('heap.json', '{')).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('is told to the public apart from what is internal', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    await run(worker, publishUpdate, { id: '1', message: 'We look into it.' });
    await run(worker, publishUpdate, { id: '1', message: 'Found it.', status: 'monitoring' });
    expect(await run(worker, getIncident, { id: '1' })).toMatchObject({
      updates: [
        { message: 'Found it.', status: 'monitoring', public: true, actor: 'ann' },
        { message: 'We look into it.', status: 'investigating', public: true },
      ],
    });
    expect(await lastEvent(worker)).toMatchObject({
      message: 'wrote for the public (monitoring): Found it.',
    });
  });

  it('is linked to another once, and both say so', async () => {
    const worker = await startWorker(await open());
    await openOne(worker, 'api');
    await openOne(worker, 'db');
    const link = { id: 'INC-1', to: 'INC-2', reason: 'same pool' };
    await run(worker, linkIncidents, link);
    await run(worker, linkIncidents, { id: '2', to: '1' });
    for (const [id, number] of [
      ['1', 'INC-2'],
      ['2', 'INC-1'],
    ] as const) {
      const shown = await run(worker, getIncident, { id });
      expect(shown).toMatchObject({ related: [{ number, relation: 'related' }], timeline_total: 2 });
      expect((await lastEvent(worker, id)).message).toContain(`linked to ${number}`);
    }
    await expect(run(worker, linkIncidents, { id: '1', to: '1' })).rejects.toThrow('is the same incident');
    await expect(run(worker, linkIncidents, { id: '1', to: '9' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describeEachStore('follow-ups', (open) => {
  it('are added, changed and ended, each with a line in the timeline', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const added = await run(worker, addFollowup, {
      id: '1',
      title: 'raise the pool size',
      owner: 'bob',
      priority: 'P1',
      due_date: '2026-03-02T12:00:00Z',
      links: [{ title: 'ticket', url: 'https://tracker.example/7' }],
    });
    expect(added).toMatchObject({
      incident: 'INC-1',
      status: 'open',
      overdue: false,
      due_date: '2026-03-02T12:00:00.000Z',
      links: [{ title: 'ticket', url: 'https://tracker.example/7' }],
      created_by: 'ann',
    });
    expect(await lastEvent(worker)).toMatchObject({
      type: 'followup',
      message: 'follow-up P1: raise the pool size',
    });
    const change = (input: View) => run(worker, changeFollowup, { id: '1', followup_id: added.id, ...input });
    expect(await change({ owner: null, due_date: null, links: [] })).toMatchObject({
      owner: null,
      due_date: null,
      links: [],
    });
    expect((await lastEvent(worker)).message).toBe(
      'follow-up has another owner, due_date, links: raise the pool size',
    );
    expect(await change({ status: 'done', reason: 'merged' })).toMatchObject({ status: 'done' });
    expect((await lastEvent(worker)).message).toBe('follow-up is done: raise the pool size (merged)');
    await change({ status: 'done' });
    const shown = await run(worker, getIncident, { id: '1' });
    expect(shown).toMatchObject({ followups: [{ status: 'done' }], timeline_total: 4 });
    await openOne(worker, 'db');
    await expect(run(worker, changeFollowup, { id: '2', followup_id: added.id })).rejects.toThrow(
      'incident INC-2 has no follow-up',
    );
  });

  it('are summed up over all incidents: open, overdue, by owner, in pages', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await openOne(worker, 'api');
    await openOne(worker, 'db');
    const add = (id: string, title: string, more: View) => run(worker, addFollowup, { id, title, ...more });
    await add('1', 'late', { due_date: '2026-03-01T12:30:00Z', owner: 'bob' });
    await add('2', 'in time', { due_date: '2026-03-05T12:00:00+01:00' });
    const { id } = await add('2', 'gone', {});
    await run(worker, changeFollowup, { id: '2', followup_id: id, status: 'cancelled' });
    await harness.clock.advance(hourMs);
    const list = async (input: View) => {
      const page = await run(worker, listFollowups, input);
      return { ...page, data: (page.data as View[]).map((row) => `${row.incident} ${row.title}`) };
    };
    expect(await list({})).toMatchObject({ open: 2, overdue: 1, data: ['INC-2 in time', 'INC-1 late'] });
    expect(await list({ status: 'overdue' })).toMatchObject({ data: ['INC-1 late'], next_cursor: null });
    expect(await list({ status: 'cancelled' })).toMatchObject({ data: ['INC-2 gone'] });
    expect(await list({ owner: 'bob' })).toMatchObject({ open: 2, data: ['INC-1 late'] });
    const first = await list({ limit: 1 });
    expect(first.data).toEqual(['INC-2 in time']);
    const second = await list({ limit: 1, cursor: (first as View).next_cursor });
    expect(second).toMatchObject({ data: ['INC-1 late'], next_cursor: null });
  });
});
