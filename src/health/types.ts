import type { CheckStatus } from '../store/index.ts';

/** What is known of one check after its results so far. */
export type CheckRecord = {
  component: string;
  check: string;
  status: CheckStatus;
  /** A code; null where the status is ok. */
  reason: string | null;
  /** For authenticated callers; null where the status is ok. */
  detail: string | null;
  /** When the status became what it is. */
  since: number;
  checkedAt: number;
  latencyMs: number | null;
  consecutiveFailures: number;
  consecutiveDowns: number;
  consecutiveSuccesses: number;
  consecutiveNotDowns: number;
  /** The last results, a letter each, the oldest first; empty where nobody asks for them. */
  recent: string;
  lastGood: { at: number; latencyMs: number } | null;
};

/** What a component's scheduled checks made of it. */
export type ComponentState = {
  component: string;
  status: CheckStatus;
  reason: string | null;
  since: number;
  checkedAt: number;
  /**
   * The component whose alert tells of its failure: itself, or the upstream that it failed with and that is well again.
   * Null: nothing was told, or before this was kept.
   */
  toldBy: string | null;
};

/** A step of a component from one status to another. */
export type ComponentChange = {
  component: string;
  at: number;
  /** Null: nothing was known of the component before. */
  from: CheckStatus | null;
  to: CheckStatus;
  reason: string | null;
};

/** What the results of a component come to. */
export type Verdict = {
  status: CheckStatus;
  reason: string | null;
  /** The check that decides; null where there is none. */
  check: CheckRecord | null;
};

/** One result of a scheduled check, as it was. */
export type CheckResult = {
  component: string;
  check: string;
  status: CheckStatus;
  latencyMs: number;
  at: number;
};

/** A time of planned work on a component. */
export type MaintenanceNote = { component: string; fromMs: number; untilMs: number };
