import type { z } from 'zod';
import { runAction } from '../../core/action.ts';
import { getAlert } from '../../flows/alert-actions.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { alertWhy } from '../../flows/why.ts';
import { sayEntry } from '../../flows/why-sentences.ts';
import type { AlertDetails, AlertPage } from './alert.ts';

type Why = z.output<typeof alertWhy.output>;

/** Answers what the page of an alert shows. Throws FORBIDDEN, NOT_FOUND, and VALIDATION_ERROR for a reference that can be none. */
export async function readAlertPage(ctx: FlowCtx, alertRef: string): Promise<AlertPage> {
  const alert = (await runAction(getAlert, ctx, { alert_ref: alertRef })) as AlertDetails;
  const { answer, trail } = (await runAction(alertWhy, ctx, { alert_ref: alertRef })) as Why;
  // Its first line is the alert's own; from the first indented one on come the trail and the messages.
  const [, ...lines] = answer.split('\n');
  const verdict = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith(' ')),
  );
  return {
    nowMs: ctx.clock.now(),
    visitor: ctx.actor.name,
    alert,
    verdict,
    trail: trail.map((entry) => ({ ...entry, said: sayEntry(entry) })),
  };
}
