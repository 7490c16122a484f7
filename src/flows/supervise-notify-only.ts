import { ackLocked, countFirstReports, recordDecisions } from '../alerts/index.ts';
import { type HeldSignature, selectHeldSignatures } from '../incidents/index.ts';
import { type AlertRow, inTransaction } from '../store/index.ts';
import { describeFiring } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { ackEnded, ackOf, giveBack, sortClaimed } from './held-alert.ts';
import { isTaskFailure } from './run-alert.ts';
import { findRule } from './supervise-alert.ts';
import { forgetHolder, keepHeld } from './supervise-held.ts';
import { tell } from './tell.ts';
import { triggerByAlerts } from './trigger-runs.ts';

const notifyOnly = 'notify_only';

/** The digest of its profile tells of a task's failure, and nobody else: else people would hear of it twice. */
const byDigest = 'told_by_digest';

function reasonOf(alert: AlertRow): string {
  return isTaskFailure(alert) ? byDigest : notifyOnly;
}

/**
 * Tells of claimed alerts that open no incident, all in one transaction: messages, acks and the trail of why. One that by
 * now asks for an incident or is part of an open one is given back at once; one whose incident is over leaves it, so that
 * its end is told too.
 */
export function superviseNotifyOnly(ctx: FlowCtx, claimed: readonly AlertRow[]): Promise<void> {
  if (claimed.length === 0) return Promise.resolve();
  return inTransaction(ctx, async (ctx) => {
    const { ended, held, live } = await sortClaimed(ctx, claimed);
    await ackEnded(ctx, ended);
    await keepHeld(ctx, held);
    await settle(ctx, live);
  });
}

async function settle(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  const live = alerts.map((alert) => ({ alert, rule: findRule(ctx, alert) }));
  const joined = await findJoined(ctx, alerts);
  const told = live.filter(({ alert, rule }) => !rule.actions.autoIncident && !joined.has(alert));
  const risen = live.filter(({ rule }) => rule.actions.autoIncident).map(({ alert }) => alert);
  await giveBack(ctx, risen, 'severity_raised');
  await giveBack(ctx, [...joined.difference(new Set(risen))], 'in_open_incident');
  await tell(
    ctx,
    told
      .filter(({ alert }) => reasonOf(alert) === notifyOnly)
      .map(({ alert, rule }) => describeFiring(alert, notifyOnly, rule.actions.notify)),
  );
  await forgetHolder(
    ctx,
    told.map(({ alert }) => alert),
  );
  await ackLocked(
    ctx,
    told.map(({ alert, rule }) => ({
      ...ackOf(alert, reasonOf(alert)),
      announced: true,
      incidentId: null,
      leave: !rule.actions.ack,
    })),
  );
  await countFirstReports(
    ctx,
    told.map(({ alert }) => alert),
  );
  await recordDecisions(
    ctx,
    told.flatMap(({ alert, rule: { name: rule, actions } }) => [
      { alertRef: alert.alert_ref, reason: reasonOf(alert), rule },
      ...(actions.ack ? [] : [{ alertRef: alert.alert_ref, reason: 'left_to_workers', rule }]),
    ]),
  );
  await triggerByAlerts(
    ctx,
    told.map(({ alert }) => alert),
  );
}

/** Answers those whose incident still stands for their signature. */
async function findJoined(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<Set<AlertRow>> {
  const linked = alerts.filter((alert) => alert.incident_id !== null && alert.ended_at === null);
  if (linked.length === 0) return new Set();
  const ids = linked.map((alert) => alert.incident_id ?? '');
  const open = new Set((await selectHeldSignatures(ctx, ids)).map(nameHeld));
  return new Set(linked.filter((alert) => open.has(nameHeld(alert))));
}

function nameHeld({ incident_id, signature, env }: HeldSignature | AlertRow): string {
  return JSON.stringify([incident_id, signature, env]);
}
