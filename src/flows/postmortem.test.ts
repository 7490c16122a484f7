import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker, type Worker } from '../../test/supervised.ts';
import { runAction } from '../core/action.ts';
import { acknowledgeIncident, showArtifact } from '../incidents/index.ts';
import type { FlowCtx } from './context.ts';
import { createAction } from './incident-actions.ts';
import { draftPostmortem } from './postmortem.ts';

const run = (worker: Worker, action: unknown, input: object) =>
  runAction<FlowCtx>(action as never, worker.ctx, input) as Promise<Record<string, unknown>>;
const draft = (worker: Worker) => run(worker, draftPostmortem, { id: 'INC-1' });

async function namesOf({ ctx }: Worker): Promise<string[]> {
  const rows = await ctx.db.selectFrom('incident_artifact').select('name').orderBy('artifact_id').execute();
  return rows.map(({ name }) => name);
}

describeEachStore('a postmortem', (open) => {
  it('is drafted from what is known, with follow-ups, and kept beside the one made before', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    const outage = { service: 'api', kind: 'latency', severity: 'P1', title: 'api is slow' } as const;
    await worker.report(outage);
    await worker.settle();
    await harness.clock.advance(60_000);
    await run(worker, acknowledgeIncident, { id: '1' });
    await worker.report({ ...outage, status: 'resolved' });
    await harness.clock.advance(120_000);
    await worker.settle();
    expect(await draft(worker)).toMatchObject({
      number: 'INC-1',
      artifacts: [{ name: 'postmortem_draft.md' }, { name: 'postmortem_draft.json' }],
      followups: [
        { title: 'Find and repair the cause of INC-1', priority: 'P2' },
        { title: 'Write a runbook for api (latency)', priority: 'P3' },
      ],
      followups_added: 2,
    });
    const { content } = await run(worker, showArtifact, { id: '1', artifact: 'postmortem_draft.md' });
    expect(content).toContain('- Acknowledged: after 1m, by tocsin:supervisor');
    expect(content).toContain('- Resolved: after 3m');
    expect(content).toContain('- [ ] P2 Find and repair the cause of INC-1, no owner yet');
    expect(content).toContain('| P1 | api is slow |');
    expect(await draft(worker)).toMatchObject({ followups_added: 0, followups: [{}, {}] });
    expect((await namesOf(worker)).filter((name) => name === 'postmortem_draft.md')).toHaveLength(2);
  });

  it('that is made twice at once adds its follow-ups once', async () => {
    const worker = await startWorker(await open());
    await worker.report({ service: 'api', severity: 'P1', title: 'api is down' });
    await worker.settle();
    const drafts = await Promise.all([draft(worker), draft(worker)]);
    expect(drafts.map(({ followups_added: added }) => added).sort()).toEqual([0, 3]);
  });

  it('makes the triage report where there is none', async () => {
    const worker = await startWorker(await open());
    await worker.report({ service: 'api', env: 'staging', severity: 'P1', title: 'api is down' });
    await worker.settle();
    expect(await namesOf(worker)).toEqual([]);
    await draft(worker);
    expect(await namesOf(worker)).toEqual([
      'triage_report.md',
      'triage_report.json',
      'postmortem_draft.md',
      'postmortem_draft.json',
    ]);
  });

  it('of an incident without alerts is drafted all the same', async () => {
    const worker = await startWorker(await open());
    await run(worker, createAction, { title: 'Something smells', service: 'shop' });
    expect(await draft(worker)).toMatchObject({ followups_added: 3 });
    expect(await namesOf(worker)).toEqual(['postmortem_draft.md', 'postmortem_draft.json']);
  });
});
