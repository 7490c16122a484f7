import { expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { showArtifact } from '../incidents/index.ts';

describeEachStore('a rule that attaches alerts', (open) => {
  it('leaves each alert once in the incident that it joins, and of a storm the first', async () => {
    const config = await loadTestConfig(({ policy }) => ({
      policy: {
        ...policy,
        rules: policy.rules.map((rule) => ({
          ...rule,
          actions: { ...rule.actions, autoTriage: false, attachAlertArtifact: true },
        })),
      },
    }));
    const worker = await startWorker(await open(), { config });
    const [ref] = await worker.report({ labels: { node: 'n1' } });
    await worker.settle();
    await worker.report({ title: 'another failure of the same service' });
    await worker.settle();
    await worker.report({ severity: 'P0', labels: { node: 'n1' } });
    await worker.settle();
    const files = await worker.ctx.db.selectFrom('incident_artifact').select('name').execute();
    expect(files).toEqual([{ name: `alert_${ref}.json` }]);
    const shown = await run(worker, showArtifact, { id: '1', artifact: `alert_${ref}.json` });
    const { incident_id } = await worker.ctx.db
      .selectFrom('incident')
      .select('incident_id')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(String(shown.content))).toMatchObject({
      alert_ref: ref,
      incident_id,
      labels: { node: 'n1' },
      severity: 'P1',
    });
    const told = await worker.ctx.db.selectFrom('notification').select('payload').execute();
    expect(told.length).toBeGreaterThan(0);
    for (const { payload } of told) expect(JSON.parse(payload)).toMatchObject({ alert: { incident_id } });
  });
});
