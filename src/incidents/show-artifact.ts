import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { encodingOf } from './artifact-content.ts';
import { selectArtifact } from './queries-artifact.ts';
import { incidentName, requireIncident } from './require.ts';
import { artifactView, formatNumber, toArtifactView } from './view.ts';

/** What is attached to an incident, with its content. */
export const showArtifact = defineAction({
  name: 'incidents.artifact',
  summary: 'Show an artifact of an incident by its id, or the newest of a name',
  input: z.strictObject({ id: incidentName, artifact: text(200, 1) }),
  output: artifactView.extend({ encoding: z.enum(['utf8', 'base64']), content: z.string() }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/:id/artifacts/:artifact' },
  cli: { command: 'incidents artifact', args: ['id', 'artifact'], print: 'content' },
  async run(ctx: Ctx, { id, artifact }) {
    const incident = await requireIncident(ctx, id);
    const row = await selectArtifact(ctx, incident.incident_id, artifact);
    if (!row)
      throw new AppError(
        'NOT_FOUND',
        `incident ${formatNumber(incident.number)} has no artifact ${artifact}`,
      );
    return { ...toArtifactView(row), encoding: encodingOf(row.content_type), content: row.content };
  },
});
