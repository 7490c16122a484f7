import type { Severity } from '../core/severity.ts';

/** What makes incidents and alerts more severe by themselves, and what becomes of silent incidents. */
export type EscalationPolicy = {
  defaults: {
    /** Silence after which an incident is a candidate to be closed. */
    noAlertsMs: number;
    /** Whether such candidates are closed where they are P2 or milder. */
    autoClose: boolean;
    severityCap: Severity;
  };
  /** In order; the first that applies to a severity decides. */
  rules: readonly EscalationRule[];
};

export type EscalationRule = {
  name: string;
  from: Severity;
  to: Severity;
  /** Distinct reports within 60 minutes that are enough; null: no number is. */
  occurrences60m: number | null;
  /** Triages within 24 hours that are enough; null: no number is. */
  triageCount24h: number | null;
  /** What to leave to do; null: nothing. */
  followup: { title: string; priority: 'P0' | 'P1' | 'P2' | 'P3'; dueMs: number; owner: string } | null;
};
