import { findAlerts, raiseAlert, requireAlertForUpdate, standsAlone } from '../alerts/index.ts';
import {
  clearDueMinutes,
  type DueMinute,
  decideEscalation,
  type EscalationCounts,
  escalateIncident,
  type Holder,
  isLive,
  lockIncident,
  mayEscalate,
  type RollingCounts,
  selectDueMinutes,
  selectHolders,
  sumRolling,
} from '../incidents/index.ts';
import { type AlertRow, inTransaction, isDatabaseUnavailable, runAfterCommit } from '../store/index.ts';
import { describeEscalated } from './announce-change.ts';
import type { FlowCtx } from './context.ts';
import { findFirstOnCall } from './oncall.ts';
import { findRule } from './supervise-alert.ts';
import { tell } from './tell.ts';

const batch = 500;

/**
 * Makes more severe what keeps coming back: incidents, and alerts that are part of none. Looks only at signatures that were
 * counted since the last look; answers how many became more severe.
 */
export async function escalate(ctx: FlowCtx): Promise<number> {
  let escalated = 0;
  for (;;) {
    const due = await selectDueMinutes(ctx, batch);
    if (due.length === 0) return escalated;
    for (const subject of await findSubjects(ctx, due)) if (await tryEscalate(ctx, subject)) escalated++;
    await clearDueMinutes(ctx, due);
    if (due.length < batch) return escalated;
  }
}

/** What may become more severe, as it was a moment ago. */
type Subject = { counts: RollingCounts; alert: AlertRow | null; incident: Holder | null };

/** A few reads for all of them together; most have too few reports and go no further. */
async function findSubjects(ctx: FlowCtx, due: readonly DueMinute[]): Promise<Subject[]> {
  const signatures = [...new Set(due.map(({ signature }) => signature))];
  const refs = new Map(due.map((row) => [keyOf(row.signature, row.env), row.due_ref]));
  const policy = ctx.config.escalation;
  const many = (await sumRolling(ctx, signatures, 0)).filter(
    (counts) => refs.has(keyOf(counts.signature, counts.env)) && mayEscalate(counts, policy),
  );
  if (many.length === 0) return [];
  const [holders, alerts] = await Promise.all([
    selectHolders(
      ctx,
      many.map(({ signature }) => signature),
    ),
    findAlerts(
      ctx,
      many.map(({ signature, env }) => refs.get(keyOf(signature, env)) ?? ''),
    ),
  ]);
  const holderOf = new Map(holders.map((row) => [keyOf(row.held_signature, row.held_env), row]));
  const alertOf = new Map(alerts.map((row) => [keyOf(row.signature, row.env), row]));
  return many
    .map((counts) => {
      const key = keyOf(counts.signature, counts.env);
      return { counts, alert: alertOf.get(key) ?? null, incident: holderOf.get(key) ?? null };
    })
    .filter((subject) => wouldEscalate(ctx, subject));
}

function keyOf(signature: string, env: string): string {
  return `${signature} ${env}`;
}

function wouldEscalate(ctx: FlowCtx, { counts, alert, incident }: Subject): boolean {
  if (incident) return stepsOf(ctx, incident, incident.severity_cap, counts).length > 0;
  return alert !== null && standsAlone(alert) && stepsOf(ctx, alert, null, counts).length > 0;
}

function stepsOf(
  ctx: FlowCtx,
  { severity }: Pick<AlertRow, 'severity'>,
  severityCap: AlertRow['severity'] | null,
  counts: EscalationCounts,
) {
  return decideEscalation({ severity, severityCap }, counts, ctx.config.escalation).steps;
}

/** One that fails keeps none of the others; its next report brings it round again. */
async function tryEscalate(ctx: FlowCtx, subject: Subject): Promise<boolean> {
  try {
    return await (subject.incident
      ? escalateHolder(ctx, subject, subject.incident)
      : escalateAlert(ctx, subject));
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    const { signature } = subject.counts;
    ctx.log.error({ tag: 'alert', signature, err: error }, '[alert] a signature could not be escalated');
    return false;
  }
}

/** Decides again while the incident is held. What a person said of its severity holds against all that came before. */
function escalateHolder(ctx: FlowCtx, { counts, alert }: Subject, holder: Holder): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await lockIncident(ctx, { incidentId: holder.incident_id });
    if (!isLive(incident)) return false;
    const setAt = incident.severity_set_at;
    const since = setAt === null ? counts : await countSince(ctx, counts, setAt);
    const steps = stepsOf(ctx, incident, incident.severity_cap, since);
    const last = steps.at(-1);
    if (!last) return false;
    const { signature } = counts;
    const about = { ...since, signature, onCall: findFirstOnCall(ctx) };
    const escalated = await escalateIncident(ctx, incident, steps, about);
    const onlyRoutes = alert ? findRule(ctx, { ...alert, severity: last.to }).actions.notify : null;
    const lead = `by ${last.rule.name} it is ${last.to} now: ${last.why}.`;
    const told = { incident: escalated, alert, onlyRoutes, reason: 'escalated' };
    await tell(ctx, [describeEscalated(told, lead, ctx.clock.now())]);
    return true;
  });
}

async function countSince(ctx: FlowCtx, key: RollingCounts, sinceMs: number): Promise<EscalationCounts> {
  const rows = await sumRolling(ctx, [key.signature], sinceMs);
  return rows.find(({ env }) => env === key.env) ?? { occurrences60m: 0, triageCount24h: 0 };
}

/** The alert goes round again at its new severity, which may open an incident. */
function escalateAlert(ctx: FlowCtx, { counts, alert: seen }: Subject): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const alert = await requireAlertForUpdate(ctx, seen?.alert_ref ?? '');
    const last = stepsOf(ctx, alert, null, counts).at(-1);
    if (!last || !standsAlone(alert)) return false;
    const note = `${alert.severity} → ${last.to}: ${last.why}`;
    await raiseAlert(ctx, alert, { severity: last.to, rule: last.rule.name, note });
    runAfterCommit(ctx, ctx.signals.alerts.ring);
    return true;
  });
}
