import type { CheckStatus } from '../store/index.ts';
import { dayMs } from './decide-history.ts';

/** A status that a component took, after another. */
export type StatusStep = { at: number; status: CheckStatus; before: CheckStatus };

/** A time of planned work, up to and without its end. */
export type MaintenanceSpan = { fromMs: number; untilMs: number };

export type KnownStatus = {
  /** In their order. What the first was before, it was since the beginning. */
  steps: readonly StatusStep[];
  /** In the order of their beginnings; they may overlap. */
  maintenance: readonly MaintenanceSpan[];
};

/** How long a component was how, in milliseconds; what it was under maintenance is in `maintenance` alone. */
export type StatusTimes = Record<CheckStatus | 'maintenance', number>;

const kinds = ['ok', 'degraded', 'down', 'unknown', 'maintenance'] as const;

export type DayUptime = StatusTimes & { dayAt: number };

/** Answers how long the component was how on each day from the start of a day until now. */
export function decideUptime(
  { steps, maintenance }: KnownStatus,
  fromMs: number,
  nowMs: number,
): DayUptime[] {
  const days = listDays(fromMs, nowMs);
  let [step, span, workUntilMs] = [0, 0, fromMs];
  let status = steps[0]?.before ?? 'unknown';
  for (const day of days) {
    const endMs = Math.min(day.dayAt + dayMs, nowMs);
    for (let at = day.dayAt; at < endMs; ) {
      for (let next = steps[step]; next && next.at <= at; next = steps[++step]) status = next.status;
      for (let next = maintenance[span]; next && next.fromMs <= at; next = maintenance[++span])
        workUntilMs = Math.max(workUntilMs, next.untilMs);
      const isWork = at < workUntilMs;
      const nextStepMs = steps[step]?.at ?? endMs;
      const nextWorkMs = maintenance[span]?.fromMs ?? endMs;
      const untilMs = Math.min(endMs, nextStepMs, nextWorkMs, isWork ? workUntilMs : endMs);
      day[isWork ? 'maintenance' : status] += untilMs - at;
      at = untilMs;
    }
  }
  return days;
}

/** Answers the time of all days together. */
export function sumTimes(days: readonly DayUptime[]): StatusTimes {
  const total = { ok: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  for (const day of days) for (const kind of kinds) total[kind] += day[kind];
  return total;
}

/**
 * Answers which part of the time that counts a component was not down: degraded is up, and neither maintenance nor what
 * nobody knows counts. Null: nothing does.
 */
export function decideUptimeRatio({ ok, degraded, down }: StatusTimes): number | null {
  const counted = ok + degraded + down;
  return counted === 0 ? null : (ok + degraded) / counted;
}

function listDays(fromMs: number, nowMs: number): DayUptime[] {
  const days: DayUptime[] = [];
  for (let dayAt = fromMs; dayAt <= nowMs; dayAt += dayMs)
    days.push({ dayAt, ok: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 });
  return days;
}
