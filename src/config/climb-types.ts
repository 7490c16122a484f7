import type { FactsMatch } from '../core/match.ts';

/** Who is told of an incident that nobody has acknowledged for so long. */
export type ClimbStep = {
  /** Since the incident was opened, or opened again. */
  afterMs: number;
  channels: readonly string[];
  /** Which incidents take the step; what an incident knows of itself. */
  match: Pick<FactsMatch, 'severity' | 'env' | 'service'>;
};

export type NotifyConfig = {
  dryRun: boolean;
  /** In order, each later than the one before. */
  escalation: readonly ClimbStep[];
};
