import { once } from 'node:events';
import { openContext, storeOptions } from '../bench/harness/store-context.ts';
import { ackAlerts, claimAlerts } from '../src/alerts/index.ts';
import type { ClaimerPlan, ClaimerResult } from './claimers.ts';
import { createRandom } from './random.ts';

/* A process with some claimers at once: it says `ready`, begins when told, and prints what it acked as a line of JSON. */

const plan = JSON.parse(process.argv[2] ?? '') as ClaimerPlan;
const { ctx } = await openContext(storeOptions(plan.target), `claimer:${process.pid}`);
const random = createRandom(plan.seed, 'claimer');

/** Claims a few, acks them one by one or together, until none is left. */
async function work(owner: string): Promise<string[]> {
  const acked: string[] = [];
  for (;;) {
    const limit = random.between(1, 25);
    const rows = await claimAlerts(ctx, { owner, limit, leaseMs: 60_000, windowMs: null, maxAttempts: 5 });
    if (rows.length === 0) return acked;
    const items = rows.map(({ alert_ref, lease_token }) => ({
      alertRef: alert_ref,
      leaseToken: lease_token ?? '',
      reason: 'acked',
      note: null,
    }));
    const groups = random.isLucky(0.2) ? items.map((item) => [item]) : [items];
    for (const group of groups) acked.push(...(await ackAlerts(ctx, group)));
  }
}

console.log('ready');
await once(process.stdin, 'data');
const owners = Array.from({ length: plan.claimers }, (_, i) => `claimer:${process.pid}:${i}`);
const result: ClaimerResult = { acked: await Promise.all(owners.map(work)) };
// A long answer is still on its way when the call returns.
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
