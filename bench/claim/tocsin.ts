import { ackAlerts, claimAlerts } from '../../src/alerts/index.ts';
import { openContext, storeOptions } from '../harness/store-context.ts';
import type { Claimer } from './claimer.ts';

const leaseMs = 600_000;
const maxAttempts = 5;

/** Answers a claimer that does what the supervisor and the API do, events included. */
export async function createTocsinClaimer(target: string): Promise<Claimer> {
  const { ctx } = await openContext(storeOptions(target), `bench:${process.pid}`);
  return {
    async claimAndAck(limit) {
      const claim = { owner: ctx.actor.name, limit, leaseMs, windowMs: null, maxAttempts };
      const rows = await claimAlerts(ctx, claim);
      const items = rows.map((row) => ({
        alertRef: row.alert_ref,
        leaseToken: row.lease_token ?? '',
        reason: 'acked',
        note: null,
      }));
      return (await ackAlerts(ctx, items)).length;
    },
  };
}
