import { expect, it } from 'vitest';
import { ann, run, type View } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import {
  acknowledgeIncident,
  appendNote,
  listIncidents,
  listOpenIncidents,
  resetSignature,
  showArtifact,
  showSignature,
} from '../incidents/index.ts';
import { alertToIncidentAction } from './alert-to-incident.ts';
import { closeAction, createAction, moveAction } from './incident-actions.ts';
import { getIncident } from './incident-get.ts';

const minuteMs = 60_000;

async function openOne(worker: Worker, service = 'api'): Promise<string> {
  const [ref = ''] = await worker.report({ service });
  await worker.settle();
  return ref;
}

describeEachStore('an incident', (open) => {
  it('is found by its id, INC-1 or 1, with all that hangs on it', async () => {
    const worker = await startWorker(await open());
    const ref = await openOne(worker);
    const shown = await run(worker, getIncident, { id: 'INC-1' });
    expect(shown).toMatchObject({
      number: 'INC-1',
      status: 'open',
      started_at: '2026-03-01T12:00:00.000Z',
      alerts: [{ alert_ref: ref, occurrences: 1 }],
      alerts_total: 1,
      alerts_live: 1,
      timeline_total: 3,
      artifacts: [{ name: 'triage_report.json' }, { name: 'triage_report.md' }],
      notifications: [{ event: 'incident.opened', channel: 'ops' }],
    });
    expect((shown.timeline as View[]).map((event) => event.type).sort()).toEqual([
      'alert',
      'status_change',
      'triage',
    ]);
    expect(await run(worker, getIncident, { id: '1' })).toEqual(shown);
    expect(await run(worker, getIncident, { id: shown.id })).toEqual(shown);
    await expect(run(worker, getIncident, { id: 'INC-9' })).rejects.toThrow('there is no incident INC-9');
  });

  it('shows the report that its triage made', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const { content } = await run(worker, showArtifact, { id: '1', artifact: 'triage_report.md' });
    expect(content).toContain('# Triage of INC-1: api is down');
  });

  it('is taken by the first who acknowledges it', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const taken = await run(worker, acknowledgeIncident, { id: 'INC-1' });
    expect(taken).toMatchObject({ acknowledged_by: 'ann', owner: 'ann' });
    expect(await run(worker, acknowledgeIncident, { id: 'INC-1' })).toEqual(taken);
    const bob = { ...ann, name: 'bob' };
    await expect(run(worker, acknowledgeIncident, { id: 'INC-1' }, bob)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'incident INC-1 is already acknowledged by ann',
    });
  });

  it('closes with live alerts only by force, and their next repeat opens a new one', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    await expect(run(worker, closeAction, { id: 'INC-1' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const closed = await run(worker, closeAction, { id: 'INC-1', force: true, reason: 'known' });
    expect(closed).toMatchObject({ status: 'closed', resolved_at: closed.closed_at });
    await openOne(worker);
    expect(await run(worker, listOpenIncidents, {})).toMatchObject({ data: [{ number: 'INC-2' }] });
    expect((await worker.messages()).map((line) => line.split(' ')[1])).toEqual([
      'incident.opened',
      'incident.resolved',
      'incident.opened',
    ]);
  });

  it('is moved on by hand, never back', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const moveTo = (status: string, force = false) => run(worker, moveAction, { id: '1', status, force });
    expect(await moveTo('mitigating')).toMatchObject({ status: 'mitigating' });
    await expect(moveTo('open')).rejects.toThrow('INC-1 is mitigating and cannot become open');
    expect(await moveTo('resolved', true)).toMatchObject({ status: 'resolved' });
    expect(await moveTo('closed')).toMatchObject({ status: 'closed' });
    await expect(moveTo('resolved')).rejects.toThrow('INC-1 is closed and cannot become resolved');
    expect((await worker.messages()).filter((line) => line.includes('incident.resolved'))).toHaveLength(1);
  });

  it('takes notes in the name of who writes them', async () => {
    const worker = await startWorker(await open());
    await openOne(worker);
    const note = { id: 'INC-1', message: 'restarted it', type: 'action', meta: { host: 'a' } };
    expect(await run(worker, appendNote, note)).toMatchObject({
      actor: 'ann',
      type: 'action',
      message: 'restarted it',
      meta: { host: 'a' },
    });
    expect(await run(worker, getIncident, { id: 'INC-1' })).toMatchObject({ timeline_total: 4 });
  });

  it('is opened by hand, told of, and joined by an alert of its service', async () => {
    const worker = await startWorker(await open());
    const opened = await run(worker, createAction, {
      title: 'Checkout fails',
      service: 'api',
      severity: 'P1',
    });
    expect(opened).toMatchObject({ number: 'INC-1', status: 'open', severity: 'P1', env: 'prod' });
    expect(await worker.messages()).toEqual(['ops incident.opened P1 Checkout fails']);
    await openOne(worker);
    expect(await run(worker, getIncident, { id: 'INC-1' })).toMatchObject({ alerts_total: 1 });
  });

  it('without alerts stays open until a person ends it', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await run(worker, createAction, { title: 'By hand', service: 'web' });
    await harness.clock.advance(600 * minuteMs);
    await worker.settle();
    expect(await run(worker, closeAction, { id: '1' })).toMatchObject({ status: 'closed' });
  });

  it('is listed newest first, in pages that never end empty', async () => {
    const worker = await startWorker(await open());
    for (let i = 1; i <= 5; i++) await run(worker, createAction, { title: `t${i}`, service: `s${i % 2}` });
    const pages: string[][] = [];
    let cursor: unknown;
    do {
      const page = await run(worker, listIncidents, { limit: 2, ...(cursor ? { cursor } : {}) });
      pages.push((page.data as View[]).map((row) => String(row.number)));
      cursor = page.next_cursor;
    } while (cursor);
    expect(pages).toEqual([['INC-5', 'INC-4'], ['INC-3', 'INC-2'], ['INC-1']]);
    const full = await run(worker, listIncidents, { limit: 5 });
    expect(full.next_cursor).toBeNull();
    const filtered = await run(worker, listIncidents, { service: 's0', status: 'open,mitigating' });
    expect((filtered.data as View[]).map((row) => row.number)).toEqual(['INC-4', 'INC-2']);
    await expect(run(worker, listIncidents, { status: 'broken' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });
});

describeEachStore('an alert that a person makes an incident', (open) => {
  it('opens one, is acked, and is told once however often it is asked', async () => {
    const worker = await startWorker(await open());
    const [ref] = await worker.report({ severity: 'P3' });
    await worker.settle();
    const first = await run(worker, alertToIncidentAction, { alert_ref: ref, incident_severity_cap: 'P2' });
    expect(first).toMatchObject({ created: true, deduped: false, severity: 'P3', alert_ref: ref });
    const again = await run(worker, alertToIncidentAction, { alert_ref: ref });
    expect(again).toMatchObject({ created: false, deduped: true, incident_id: first.incident_id });
    expect((await worker.messages()).filter((line) => line.includes('incident.'))).toHaveLength(1);
  });

  it('must exist and be live', async () => {
    const worker = await startWorker(await open());
    const input = (alert_ref: string | undefined) => ({ alert_ref });
    await expect(run(worker, alertToIncidentAction, input('alrt_none'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const [ref] = await worker.report({});
    await worker.report({ status: 'resolved' });
    await expect(run(worker, alertToIncidentAction, input(ref))).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describeEachStore('a signature', (open) => {
  it('is shown with its counts, and is triaged again at once after a reset', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await openOne(worker);
    const signatures = await worker.ctx.db.selectFrom('incident').select('signature').execute();
    const input = { signature: signatures[0]?.signature };
    expect(await run(worker, showSignature, input)).toMatchObject({
      envs: [{ env: 'prod', occurrences_60m: 1, triage_count_24h: 1 }],
    });
    await worker.report({ status: 'resolved' });
    expect(await run(worker, resetSignature, input)).toMatchObject({ envs: ['prod'] });
    await openOne(worker);
    expect(await run(worker, showSignature, input)).toMatchObject({ envs: [{ triage_count_24h: 2 }] });
    await harness.clock.advance(61 * minuteMs);
    expect(await run(worker, showSignature, input)).toMatchObject({ envs: [{ occurrences_60m: 0 }] });
    await expect(run(worker, showSignature, { signature: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
