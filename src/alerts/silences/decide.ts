import { isCronProblem, readCron } from '../../core/cron/index.ts';
import type { RouteFacts } from '../../core/hand-over.ts';
import { matchesWhole } from '../../core/match.ts';
import type { AlertStatus } from '../../store/index.ts';
import { type Holder, holdReasons } from './holder.ts';
import type { Silence, SilenceSchedule, SilenceState } from './types.ts';

/** A time from its start up to, and without, its end; null: since ever, or for ever. */
export type Span = { startsAt: number | null; endsAt: number | null };

/** Answers where a schedule stands, with the span that is on, or else the next one, or the last. */
export function decideState(schedule: SilenceSchedule, nowMs: number): { state: SilenceState } & Span {
  switch (schedule.kind) {
    case 'once': {
      const { startsAt, endsAt } = schedule;
      if (endsAt !== null && endsAt <= nowMs) return { state: 'expired', startsAt, endsAt };
      const isPending = startsAt !== null && startsAt > nowMs;
      return { state: isPending ? 'pending' : 'active', startsAt, endsAt };
    }
    case 'cron':
      return decideCronState(schedule, nowMs);
  }
}

function decideCronState(
  { cron, timezone, durationMs }: SilenceSchedule & { kind: 'cron' },
  nowMs: number,
): { state: SilenceState } & Span {
  const times = readCron(cron, timezone);
  const expired = { state: 'expired', startsAt: null, endsAt: null } as const;
  if (isCronProblem(times)) return expired;
  const spanAt = (startsAt: number): Span => ({ startsAt, endsAt: startsAt + durationMs });
  const latest = times.latest(nowMs);
  if (latest !== null && nowMs < latest + durationMs) return { state: 'active', ...spanAt(latest) };
  const next = times.next(nowMs);
  if (next !== null) return { state: 'pending', ...spanAt(next) };
  return expired;
}

/** Answers which silence holds an alert of such facts at one moment; null: none. */
export type SilenceTest = (facts: RouteFacts) => Silence | null;

/** Answers the test of an alert at one moment: the first silence that is on and matches holds it. */
export function createSilenceTest(silences: readonly Silence[], nowMs: number): SilenceTest {
  const known = new Map<Silence, boolean>();
  // Asked after the match, and once: the arithmetic of cron and zones costs more than both.
  const isOn = (silence: Silence): boolean => {
    const on = known.get(silence) ?? decideState(silence.schedule, nowMs).state === 'active';
    known.set(silence, on);
    return on;
  };
  return (facts) => silences.find((silence) => matchesWhole(silence.match, facts) && isOn(silence)) ?? null;
}

export type HeldDecision =
  | { action: 'keep'; reason: 'still_silenced' | 'still_inhibited' }
  /** Something else holds it now. */
  | { action: 'hand_over'; reason: 'silenced' | 'inhibited'; holder: Holder }
  /** It comes round again, and is told of. */
  | { action: 'release'; reason: 'silence_ended' | 'inhibition_ended' }
  /** It is to be decided about anyway. */
  | { action: 'forget'; reason: 'silence_ended' | 'inhibition_ended' };

/** Answers what becomes of a live alert that something held; `holder`: what holds it now, null: nothing. */
export function decideHeld(
  alert: { status: AlertStatus },
  heldBy: string,
  holder: Holder | null,
): HeldDecision {
  if (holder?.id === heldBy) return { action: 'keep', reason: holdReasons(heldBy).kept };
  if (holder) return { action: 'hand_over', reason: holdReasons(holder.id).held, holder };
  const reason = holdReasons(heldBy).ended;
  switch (alert.status) {
    case 'acked':
      return { action: 'release', reason };
    case 'new':
    case 'processing':
    case 'failed':
    case 'dead':
      return { action: 'forget', reason };
  }
}
