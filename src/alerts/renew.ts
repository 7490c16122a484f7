import type { Ctx } from '../store/index.ts';
import { leaseLost } from './lease-lost.ts';
import { extendLease } from './queries-lease.ts';

/** Makes a lease last `leaseMs` from now; answers its new end. Throws CONFLICT `lease_lost`. */
export async function renewLease(
  ctx: Ctx,
  alertRef: string,
  leaseToken: string,
  leaseMs: number,
): Promise<number> {
  const lockUntilMs = ctx.clock.now() + leaseMs;
  if (await extendLease(ctx, alertRef, leaseToken, lockUntilMs)) return lockUntilMs;
  throw await leaseLost(ctx, alertRef);
}
