import { toAlertView } from '../alerts/index.ts';
import type { PolicyRule } from '../config/types.ts';
import { attachFiles, type Bridged } from '../incidents/index.ts';
import type { FlowCtx } from './context.ts';

/**
 * Attaches an alert as the API shows it to the incident that it has just become part of, where its rule says so; in the
 * open transaction. Of a storm only the first is attached: the others are in the timeline.
 */
export async function attachAlert(
  ctx: FlowCtx,
  { action, incident, alert }: Bridged,
  { attachAlertArtifact }: PolicyRule['actions'],
): Promise<void> {
  const wasThere = alert.announced > 0 && alert.incident_id === incident.incident_id;
  if (!attachAlertArtifact || action === 'storm-join' || wasThere) return;
  const content = JSON.stringify({ ...toAlertView(alert), incident_id: incident.incident_id }, null, 2);
  const name = `alert_${alert.alert_ref}.json`;
  await attachFiles(ctx, [
    { incidentId: incident.incident_id, name, contentType: 'application/json', content },
  ]);
}
