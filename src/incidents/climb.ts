import type { Ctx, IncidentRow } from '../store/index.ts';
import { alterIncident } from './change.ts';
import type { ClimbDecision } from './decide-climb.ts';

/** Notes that a held incident has climbed to a step, which its timeline says; answers it as it is afterwards. In the open transaction. */
export function climbIncident(
  ctx: Ctx,
  incident: IncidentRow,
  decision: ClimbDecision & { climb: true },
  words: string,
): Promise<IncidentRow> {
  const { step, place, total, channels, reason } = decision;
  const meta = { reason, step: place, steps: total, after_seconds: step.afterMs / 1000, channels };
  const event = { type: 'escalation', message: words, meta } as const;
  return alterIncident(ctx, incident, { climbed_ms: step.afterMs }, [event]);
}
