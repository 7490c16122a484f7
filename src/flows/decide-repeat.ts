import { standsAlone } from '../alerts/index.ts';
import type { decidePutOff } from '../incidents/index.ts';
import type { Told } from '../notify/index.ts';
import type { AlertRow, IncidentRow } from '../store/index.ts';

/** How what was told of stands: `unheard` is what nobody has taken and what goes on. */
export type Standing = 'unheard' | 'over' | 'acknowledged' | 'mitigating' | 'undecided' | PutOffReason;
type PutOffReason = NonNullable<ReturnType<typeof decidePutOff>>;

/** What becomes of the wish to tell a message again. */
export type RepeatDecision =
  | { action: 'tell'; reason: 'repeat_interval' }
  /** It is asked again once the interval has passed from then on. */
  | { action: 'wait'; reason: Standing | 'on_its_way' | 'told_since' | 'quiet_hours'; from: number }
  | { action: 'end'; reason: 'over' | 'overtaken' };

/** A message whose interval has passed, what else was written of its thread on its channel, and how the thing stands. */
export type RepeatFacts = {
  id: string;
  lane: readonly Pick<Told, 'notification_id' | 'status' | 'sent_at' | 'repeat_from'>[];
  standing: Standing;
  /** When the quiet hours of the route end that hold for it; null: none do. */
  quietEndMs: number | null;
};

/** Answers whether a thread is told again on a channel. */
export function decideRepeat(
  { id, lane, standing, quietEndMs }: RepeatFacts,
  intervalMs: number,
  nowMs: number,
): RepeatDecision {
  if (standing === 'over') return { action: 'end', reason: 'over' };
  // A later one has a time of its own.
  const isOvertaken = lane.some((row) => row.notification_id > id && row.repeat_from !== null);
  if (isOvertaken) return { action: 'end', reason: 'overtaken' };
  const isOnItsWay = lane.some(({ status }) => status === 'pending' || status === 'sending');
  if (isOnItsWay) return { action: 'wait', reason: 'on_its_way', from: nowMs };
  const lastMs = Math.max(0, ...lane.map(({ sent_at }) => sent_at ?? 0));
  if (lastMs + intervalMs > nowMs) return { action: 'wait', reason: 'told_since', from: lastMs };
  if (standing !== 'unheard') return { action: 'wait', reason: standing, from: nowMs };
  if (quietEndMs !== null) return { action: 'wait', reason: 'quiet_hours', from: quietEndMs - intervalMs };
  return { action: 'tell', reason: 'repeat_interval' };
}

/** Answers how an incident stands; `putOff` is what keeps it from being told of. */
export function standingOfIncident(
  incident: Pick<IncidentRow, 'status' | 'acknowledged_at'> | undefined,
  putOff: PutOffReason | null,
): Standing {
  if (!incident || incident.status === 'resolved' || incident.status === 'closed') return 'over';
  if (incident.status === 'mitigating') return 'mitigating';
  if (incident.acknowledged_at !== null) return 'acknowledged';
  return putOff ?? 'unheard';
}

/** Answers how an alert stands that was told by itself, and that a silence holds or none. One that nobody has reported within its time to live goes on no longer. */
export function standingOfAlert(alert: AlertRow | undefined, isSilenced: boolean, nowMs: number): Standing {
  if (!alert || alert.ended_at !== null || alert.incident_id !== null) return 'over';
  const { dedupe_ttl_ms: ttlMs, ends_at: endsAt, last_seen_at: seenAt } = alert;
  if (ttlMs !== null && endsAt === null && nowMs - seenAt > ttlMs) return 'over';
  if (isSilenced) return 'silenced';
  return standsAlone(alert) ? 'unheard' : 'undecided';
}
