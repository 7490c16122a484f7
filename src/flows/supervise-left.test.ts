import { expect, it } from 'vitest';
import { run } from '../../test/acting.ts';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker, type Worker } from '../../test/supervised.ts';
import { createActor } from '../access/index.ts';
import { ackAction, resolveAction } from '../alerts/index.ts';
import { claimAction } from './alert-actions.ts';
import { alertWhy } from './why.ts';

const admin = createActor('an agent', 'admin');
const minuteMs = 60_000;

async function claim(worker: Worker): Promise<Record<string, unknown>[]> {
  const { data } = await run(worker, claimAction, {}, admin);
  return data as Record<string, unknown>[];
}

function alerts(worker: Worker) {
  return worker.ctx.db
    .selectFrom('alert')
    .select(['status', 'severity', 'announced', 'incident_id'])
    .orderBy('alert_ref')
    .execute();
}

describeEachStore('a rule with ack: false', (open) => {
  const setUp = async () => {
    const harness = await open();
    const config = await loadTestConfig(({ policy }) => ({
      policy: {
        ...policy,
        rules: policy.rules.map((rule) => ({ ...rule, actions: { ...rule.actions, ack: false } })),
      },
    }));
    return { harness, worker: await startWorker(harness, { config }) };
  };

  it('tells of alerts and leaves them to a worker, who claims and acks them', async () => {
    const { worker } = await setUp();
    const [loud = ''] = await worker.report({ title: 'loud' }, { title: 'quiet', severity: 'P3' });
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([
      { status: 'new', announced: 1, incident_id: expect.any(String) },
      { status: 'new', announced: 1, incident_id: null },
    ]);
    expect(await worker.messages()).toHaveLength(2);
    expect((await run(worker, alertWhy, { alert_ref: loud }, admin)).answer).toMatch(
      /supervisor is done with it[\s\S]*leaves it to a worker or a person/,
    );
    const claimed = await claim(worker);
    expect(claimed.map(({ title, retry_at }) => [title, retry_at])).toEqual([
      ['loud', null],
      ['quiet', null],
    ]);
    for (const { alert_ref, lease_token } of claimed)
      await run(worker, ackAction, { alert_ref, lease_token }, admin);
    expect(await claim(worker)).toEqual([]);
    expect((await alerts(worker)).map(({ status }) => status)).toEqual(['acked', 'acked']);
    await worker.settle();
    expect(await worker.messages()).toHaveLength(2);
  });

  it('decides anew about one that rose while it was left, and tells the end of one that nobody claimed', async () => {
    const { harness, worker } = await setUp();
    const [ref] = await worker.report({ severity: 'P3' });
    await worker.settle();
    await worker.report({ severity: 'P1' });
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([
      { status: 'new', severity: 'P1', incident_id: expect.any(String) },
    ]);
    await run(worker, resolveAction, { alert_ref: ref }, admin);
    await harness.clock.advance(2 * minuteMs);
    await worker.settle();
    expect(await alerts(worker)).toMatchObject([{ status: 'acked' }]);
    expect((await worker.messages()).map((line) => line.split(' ')[1])).toEqual([
      'alert.firing',
      'incident.opened',
      'incident.resolved',
    ]);
    expect(await claim(worker)).toEqual([]);
  });

  it('escalates what keeps coming back while it is left', async () => {
    const { harness, worker } = await setUp();
    for (let i = 0; i < 12; i++) {
      await worker.report({ severity: 'P2' });
      await worker.settle();
      await harness.clock.advance(minuteMs);
    }
    expect(await alerts(worker)).toMatchObject([{ status: 'new', severity: 'P1' }]);
  });
});
