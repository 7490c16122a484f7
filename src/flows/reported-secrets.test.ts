import { expect, it } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { actions } from '../actions.ts';
import { runAction } from '../core/action.ts';

const secret = 'hunter2hunter2';

it('no answer and no message holds a secret that a source has written into its alert', async () => {
  const worker = await startWorker(await openInMemory());
  const [ref] = await worker.report({
    title: `cannot reach postgres://app:${secret}@db/shop`,
    message: `Authorization: Bearer ${secret}`,
    labels: { api_key: secret, node: 'a', note: `password=${secret}` },
    annotations: { runbook: `https://runbooks.example.org/?token=${secret}` },
    evidence: { log_samples: [`token=${secret}`], query: `api_key=${secret}` },
  });
  await worker.settle();
  await worker.report({
    title: `cannot reach postgres://app:${secret}@db/shop`,
    status: 'resolved',
    message: `over: password=${secret}`,
  });
  const asked: [name: string, input: object][] = [
    ['alerts.list', {}],
    ['alerts.get', { alert_ref: ref }],
    ['alerts.dashboard', {}],
    ['incidents.list', {}],
    ['incidents.get', { id: 'INC-1' }],
    ['alerts.why', { alert_ref: ref }],
    ['incidents.why', { id: 'INC-1' }],
  ];
  const written = await worker.ctx.db.selectFrom('notification').select('payload').execute();
  expect(written).toHaveLength(1);
  expect(JSON.stringify(written), 'a message').not.toContain(secret);
  for (const [name, input] of asked) {
    const action = actions.find((one) => one.name === name);
    const answer = action && JSON.stringify(await runAction(action, worker.ctx, input));
    expect(answer, name).toContain('cannot reach postgres://app:');
    expect(answer, name).not.toContain(secret);
  }
});
