import { AppError } from '../core/errors.ts';
import type { Ctx } from '../store/index.ts';
import { requireAlert } from './get.ts';

/** Answers the error for a worker that no longer holds an alert. Throws NOT_FOUND where there is no such alert. */
export async function leaseLost(ctx: Ctx, alertRef: string): Promise<AppError> {
  const alert = await requireAlert(ctx, alertRef);
  const holder = alert.owner ? `, held by ${alert.owner}` : '';
  return new AppError(
    'CONFLICT',
    `the lease of ${alertRef} is not yours any more: the alert is ${alert.status}${holder}; claim it again`,
    { details: { reason: 'lease_lost', status: alert.status } },
  );
}
