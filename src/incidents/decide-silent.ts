import { type Severity, severityRank } from '../core/severity.ts';

/** Answers what becomes of a live incident that has fallen silent: what may be urgent is never closed by itself. */
export function decideSilent(
  incident: { severity: Severity; isNoted: boolean },
  autoClose: boolean,
): 'close' | 'note' | 'nothing' {
  if (autoClose && severityRank(incident.severity) >= severityRank('P2')) return 'close';
  return incident.isNoted ? 'nothing' : 'note';
}
