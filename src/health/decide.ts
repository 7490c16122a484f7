import { isOftenBad, type KOfN } from '../core/recent-results.ts';
import type { Severity } from '../core/severity.ts';
import type { CheckStatus } from '../store/index.ts';
import type { CheckRecord, ComponentChange, ComponentState, Verdict } from './types.ts';

/** Answers how bad a status is; `unknown` stands below ok, as it is shown only where nothing else is known. */
export function statusRank(status: CheckStatus): number {
  return ['unknown', 'ok', 'degraded', 'down'].indexOf(status);
}

/** Answers the verdict of a component's checks: that of the worst one, the first of several. */
export function judgeChecks(checks: readonly CheckRecord[]): Verdict {
  let worst: CheckRecord | null = null;
  for (const check of checks) if (!worst || verdictRank(check) > verdictRank(worst)) worst = check;
  if (!worst) return { status: 'unknown', reason: 'no_data', check: null };
  return { status: worst.status, reason: worst.reason, check: worst };
}

/**
 * Answers how bad a status is, by its reason too: what could be asked and wasn't says more than what nobody configured, and
 * what could not be asked from here may well be failing, so that what is ok beside it is not all that is known.
 */
export function verdictRank({ status, reason }: Pick<Verdict, 'status' | 'reason'>): number {
  if (status !== 'unknown') return statusRank(status);
  if (reason === 'offline') return (statusRank('ok') + statusRank('degraded')) / 2;
  return reason === 'not_configured' ? statusRank('unknown') - 1 : statusRank('unknown');
}

/** What a dependant's verdict is weighed against. */
export type Upstreams = {
  /** Whether one of them is down, or was just found so by a probe of its own. */
  isDown: boolean;
  /** When the last of them took the status it has; null where it has none. */
  lastChangeAt: number | null;
};

/** How long a failure must last after the return of an upstream until it counts as the dependant's own. */
export type Patience = { failures: number; intervalMs: number; kOfN: KOfN | null };

/**
 * Answers the verdict with the reason `upstream_down` where an upstream accounts for the failure: while it is down, and
 * after its return until the dependant has failed as often, in a row or among its last results, and for as long, as makes a
 * check down.
 */
export function weighUpstreams(
  verdict: Verdict,
  before: Pick<ComponentState, 'reason'> | null,
  upstreams: Upstreams,
  patience: Patience,
  nowMs: number,
): Verdict {
  if (!isFailing(verdict.status)) return verdict;
  if (upstreams.isDown) return { ...verdict, reason: 'upstream_down' };
  if (before?.reason !== 'upstream_down') return verdict;
  const isItsOwn = hasLasted(verdict, nowMs - (upstreams.lastChangeAt ?? nowMs), patience);
  return isItsOwn ? verdict : { ...verdict, reason: 'upstream_down' };
}

function hasLasted({ check }: Verdict, failingMs: number, { failures, intervalMs, kOfN }: Patience): boolean {
  if (!check || check.consecutiveFailures === 0) return false;
  if (check.consecutiveFailures >= failures && failingMs >= failures * intervalMs) return true;
  // Results from before the return are none of its own.
  return kOfN !== null && failingMs >= kOfN.n * intervalMs && isOftenBad(check.recent, 'degraded', kOfN);
}

/** Answers the state of a component after a verdict, and the step it makes; null: its status stays. `returned`: as `decideTeller` has it. */
export function decideComponent(
  component: string,
  before: ComponentState | null,
  verdict: Pick<Verdict, 'status' | 'reason'>,
  nowMs: number,
  returned: string | null,
): { next: ComponentState; change: ComponentChange | null } {
  const { status, reason } = verdict;
  const toldBy = decideTeller(component, before, verdict, returned);
  if (before?.status === status)
    return { next: { ...before, reason, checkedAt: nowMs, toldBy }, change: null };
  return {
    next: { component, status, reason, since: nowMs, checkedAt: nowMs, toldBy },
    change: { component, at: nowMs, from: before?.status ?? null, to: status, reason },
  };
}

/** Clocks of two hosts differ by less, and one that is set right goes back by less. */
const clocksDifferMs = 60_000;

/**
 * Answers when a result makes its step: not before the last one, as a failure may wait for upstreams while other checks go
 * on, and the last one may be of another host. Where it is further ahead, the clock went back.
 */
export function decideStepTime(before: ComponentState | null, at: number, nowMs: number): number {
  return before && before.since <= nowMs + clocksDifferMs ? Math.max(at, before.since) : at;
}

/** Answers the component whose alert tells of a failure; null: none does. What failed before this was kept told of itself. */
export function tellerOf(state: ComponentState): string | null {
  // A process of the version before leaves a teller behind when what it told of is over.
  if (state.status === 'ok') return null;
  const isTold = isFailing(state.status) && state.reason !== 'upstream_down';
  return state.toldBy ?? (isTold ? state.component : null);
}

/** Answers whether an alert told of the component until now and none does any more. */
export function isTellingOver(before: ComponentState | null, next: ComponentState): boolean {
  return before !== null && tellerOf(before) !== null && next.toldBy === null;
}

/** Answers the upstream that came back last, as far as their states say; null: nothing is known of any. */
export function findReturned(upstreams: readonly ComponentState[]): string | null {
  const [last] = upstreams
    .filter(({ status }) => status !== 'down')
    .toSorted((a, b) => b.since - a.since || (a.component < b.component ? -1 : 1));
  return last?.component ?? null;
}

/**
 * Answers whose alert tells of a component after a verdict: its own, or that of those that still fail after the return of
 * the upstream that they failed with. Who has begun to tell goes on until it is ok, or nothing of it is asked any more.
 * `returned`: the upstream that came back last; null: none is known.
 */
function decideTeller(
  component: string,
  before: ComponentState | null,
  { status, reason }: Pick<Verdict, 'status' | 'reason'>,
  returned: string | null,
): string | null {
  if (status === 'ok' || isNotAsked({ status, reason })) return null;
  const teller = before && tellerOf(before);
  if (teller !== null || !isFailing(status) || reason === 'upstream_down') return teller;
  return before?.reason === 'upstream_down' ? (returned ?? component) : component;
}

/** What nobody asks would stay as it was for ever. */
function isNotAsked({ status, reason }: Pick<Verdict, 'status' | 'reason'>): boolean {
  return status === 'unknown' && reason === 'not_configured';
}

export type AlertDecision =
  | { action: 'fire'; severity: Severity; reason: 'became_worse' | 'still_failing' }
  | { action: 'resolve'; reason: 'recovered' | 'not_configured' }
  | { action: 'none'; reason: 'still_ok' | 'nothing_known' | 'upstream_down' | 'no_failure' };

/** Answers what a result means for the component's alert: each failing one is a report, and the step to ok ends it, as does that to what can't be asked. */
export function decideAlert(
  verdict: Pick<Verdict, 'status' | 'reason'>,
  isCritical: boolean,
  result: { isFailure: boolean; isChange: boolean },
): AlertDecision {
  switch (verdict.status) {
    case 'unknown':
      return result.isChange && isNotAsked(verdict)
        ? { action: 'resolve', reason: 'not_configured' }
        : { action: 'none', reason: 'nothing_known' };
    case 'ok':
      return result.isChange
        ? { action: 'resolve', reason: 'recovered' }
        : { action: 'none', reason: 'still_ok' };
    case 'degraded':
    case 'down': {
      if (verdict.reason === 'upstream_down') return { action: 'none', reason: 'upstream_down' };
      // A good result of another check, or the first ones of a recovery, repeat no failure.
      if (!result.isFailure && !result.isChange) return { action: 'none', reason: 'no_failure' };
      const severity = severityOf(verdict.status, isCritical);
      return { action: 'fire', severity, reason: result.isChange ? 'became_worse' : 'still_failing' };
    }
  }
}

/** Answers how severe it is that a component has the status; one that is not down is told as degraded. */
export function severityOf(status: CheckStatus, isCritical: boolean): Severity {
  if (status !== 'down') return 'P2';
  return isCritical ? 'P0' : 'P1';
}

/** Answers whether the status is one that people should hear of. */
export function isFailing(status: CheckStatus): status is 'degraded' | 'down' {
  return status === 'degraded' || status === 'down';
}

/** Answers the status of everything together: one critical component that is down is enough, and what is not configured does not count. */
export function judgeServices(
  services: readonly { status: CheckStatus; reason: string | null; critical: boolean }[],
): CheckStatus {
  const counted = services.filter(({ reason }) => reason !== 'not_configured');
  const isEvery = (status: CheckStatus) => counted.every((service) => service.status === status);
  // Nothing of which anything is known: no component, or all of them before their first result.
  if (isEvery('unknown')) return 'unknown';
  if (isEvery('ok')) return 'ok';
  const isCriticalDown = counted.some(({ critical, status }) => critical && status === 'down');
  return isCriticalDown || isEvery('down') ? 'down' : 'degraded';
}
