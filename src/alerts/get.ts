import { AppError } from '../core/errors.ts';
import type { AlertRow, Ctx } from '../store/index.ts';
import { selectAlert, selectAlertForUpdate } from './queries-list.ts';

/** Answers one alert. Throws NOT_FOUND. */
export async function requireAlert(ctx: Ctx, alertRef: string): Promise<AlertRow> {
  return (await selectAlert(ctx, alertRef)) ?? notFound(alertRef);
}

/** Answers one alert, held until the commit of the open transaction. Throws NOT_FOUND. */
export async function requireAlertForUpdate(ctx: Ctx, alertRef: string): Promise<AlertRow> {
  return (await selectAlertForUpdate(ctx, alertRef)) ?? notFound(alertRef);
}

function notFound(alertRef: string): never {
  throw new AppError('NOT_FOUND', `there is no alert ${alertRef}`);
}
