import { AppError } from '../core/errors.ts';
import { type Severity, severityRank, worstSeverity } from '../core/severity.ts';
import type { IncidentStatus } from '../store/index.ts';

type Named = { number: string; status: IncidentStatus };

/** Throws CONFLICT, naming both states, for what is not done to a closed incident any more. */
export function refuseClosed({ number, status }: Named, to: string): void {
  if (status === 'closed') throw illegal(`incident ${number} is closed and cannot become ${to}`, status, to);
}

/** Answers what follows from a severity that a person sets. Throws CONFLICT where the incident is closed. */
export function decideSeverity(
  incident: Named & { severity: Severity },
  to: Severity,
): { change: boolean; rises: boolean } {
  refuseClosed(incident, to);
  const { severity: from } = incident;
  return { change: from !== to, rises: severityRank(to) < severityRank(from) };
}

export type MergeParty = Named & {
  incidentId: string;
  severity: Severity;
  severityCap: Severity | null;
  startedAt: number;
  lastAlertAt: number;
  components: readonly string[];
};

export type Merged = Pick<
  MergeParty,
  'severity' | 'severityCap' | 'startedAt' | 'lastAlertAt' | 'components'
> & { severityRose: boolean };

/**
 * Answers what an incident is once another has become part of it. Throws VALIDATION_ERROR for one and the same, CONFLICT,
 * naming both states, where the one is closed or the other is over.
 */
export function decideMerge(source: MergeParty, target: MergeParty): Merged {
  if (source.incidentId === target.incidentId)
    throw new AppError('VALIDATION_ERROR', `into: ${target.number} is the same incident`, {
      details: { errors: [{ field: 'into', message: 'must be another incident' }] },
    });
  const isOver = target.status === 'resolved' || target.status === 'closed';
  if (source.status === 'closed' || isOver) {
    const found = `incident ${source.number} is ${source.status} and ${target.number} is ${target.status}`;
    const wanted = 'only one that is not closed can be merged into one that is open or mitigating';
    throw illegal(`${found}: ${wanted}`, source.status, target.status);
  }
  const severity = worstSeverity(source.severity, target.severity);
  const bothCapped = source.severityCap !== null && target.severityCap !== null;
  return {
    severity,
    severityRose: severity !== target.severity,
    severityCap: bothCapped
      ? worstSeverity(source.severityCap as Severity, target.severityCap as Severity)
      : null,
    startedAt: Math.min(source.startedAt, target.startedAt),
    lastAlertAt: Math.max(source.lastAlertAt, target.lastAlertAt),
    components: [...new Set([...target.components, ...source.components])],
  };
}

function illegal(message: string, from: string, to: string): AppError {
  return new AppError('CONFLICT', message, { details: { from, to, reason: 'illegal_move' } });
}
