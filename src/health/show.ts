import type { CheckStatus } from '../store/index.ts';
import { judgeChecks, verdictRank } from './decide.ts';
import type { CheckRecord, ComponentState } from './types.ts';

/** What a component shows, wherever it comes from. */
export type ShownHealth = {
  status: CheckStatus;
  reason: string | null;
  /** For authenticated callers. */
  detail: string | null;
  /** The name of the check that decides; null: none does. */
  check: string | null;
  /** Null: since nobody knows when. */
  since: number | null;
  /** Of the check that decides; null: there was no result yet. */
  checkedAt: number | null;
  latencyMs: number | null;
};

/** The live alerts of one severity that others raised about a component. */
export type AlertsOfOthers = {
  /** 0 for P0, 1 for P1, 2 for P2: what is less severe says nothing of a component. */
  severityRank: number;
  count: number;
  firstRef: string;
  firstSeenAt: number;
};

export type HealthFacts = {
  /** Whether it has checks at all. */
  hasChecks: boolean;
  /** What its scheduled checks made of it, where that was kept. */
  state: ComponentState | null;
  scheduled: readonly CheckRecord[];
  /** Results of checks that ran because somebody asked. */
  asked: readonly CheckRecord[];
  alerts: readonly AlertsOfOthers[];
};

/** Answers what a component shows: the worst of its scheduled checks, of those run on demand, and of the live alerts about it. */
export function showHealth({ hasChecks, state, scheduled, asked, alerts }: HealthFacts): ShownHealth {
  const found = [
    ...(scheduled.length > 0 || state ? [showScheduled(state, scheduled)] : []),
    ...(asked.length > 0 ? [showChecks(asked)] : []),
  ];
  const known = [...found, ...alerts.map(showAlerts)];
  const [first, ...others] = known;
  if (!first) return { ...showChecks([]), reason: hasChecks ? 'no_data' : 'not_configured' };
  const worst = others.reduce(
    (worst, other) => (verdictRank(other) > verdictRank(worst) ? other : worst),
    first,
  );
  // An alert has no result of its own to tell the time of.
  const { checkedAt = null, latencyMs = null } = found[0] ?? {};
  return worst.checkedAt === null ? { ...worst, checkedAt, latencyMs } : worst;
}

/** What was kept knows of upstreams and says since when; the results know the rest. */
function showScheduled(state: ComponentState | null, checks: readonly CheckRecord[]): ShownHealth {
  const shown = showChecks(checks);
  if (!state) return shown;
  const { status, reason, since } = state;
  return { ...shown, status, reason, since, checkedAt: shown.checkedAt ?? state.checkedAt };
}

function showChecks(checks: readonly CheckRecord[]): ShownHealth {
  const { status, reason, check } = judgeChecks(checks);
  return {
    status,
    reason,
    detail: check?.detail ?? null,
    check: check?.check ?? null,
    since: check?.since ?? null,
    checkedAt: check?.checkedAt ?? null,
    latencyMs: check?.latencyMs ?? null,
  };
}

function showAlerts({ severityRank, count, firstRef, firstSeenAt }: AlertsOfOthers): ShownHealth {
  return {
    status: severityRank < 2 ? 'down' : 'degraded',
    reason: 'alert',
    detail: count === 1 ? `a live alert, ${firstRef}` : `${count} live alerts, the first of them ${firstRef}`,
    check: null,
    since: firstSeenAt,
    checkedAt: null,
    latencyMs: null,
  };
}
