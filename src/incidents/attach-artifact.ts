import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction, runStatements, writeLater } from '../store/index.ts';
import { artifactNamePattern, readArtifactContent } from './artifact-content.ts';
import {
  createArtifactRow,
  insertArtifactRows,
  insertArtifacts,
  type NewArtifact,
} from './queries-artifact.ts';
import { appendEvents } from './queries-event.ts';
import { incidentName, requireIncident } from './require.ts';
import { artifactView, toArtifactView } from './view.ts';

/** Attaches files that are known to be what they say, in the open transaction; as `writeLater`. */
export function attachFiles(ctx: Ctx, files: readonly NewArtifact[]): Promise<void> {
  return writeLater(ctx, insertArtifacts(ctx, files));
}

/** Attaches a file to an incident; one of the same name is kept beside it. */
export const attachArtifact = defineAction({
  name: 'incidents.attach',
  summary: 'Attach a json, md, txt, png or patch file of at most 2 MiB to an incident',
  input: z.strictObject({
    id: incidentName,
    name: text(200, 1).regex(
      artifactNamePattern,
      'must be a plain file name that ends in .json, .md, .txt, .png or .patch',
    ),
    content: z.string().meta({ format: 'file' }).describe('The text, or base64.'),
    encoding: z
      .enum(['utf8', 'base64'])
      .optional()
      .describe('How the content is given; default: base64 for .png, utf8 for the others.'),
  }),
  output: artifactView,
  entitlement: 'tools.oncall.incident_write',
  http: {
    method: 'POST',
    path: '/v1/incidents/:id/artifacts',
    status: 201,
    bodyLimitBytes: 4 * 1024 * 1024,
  },
  cli: { command: 'incidents attach', args: ['id', 'name'] },
  run(ctx: Ctx, { id, name, content, encoding }) {
    const file = readArtifactContent(name, content, encoding ?? null);
    return inTransaction(ctx, async (ctx) => {
      const { incident_id: incidentId } = await requireIncident(ctx, id);
      const row = createArtifactRow(ctx, { incidentId, name, ...file });
      const message = `attached ${name} (${row.body_bytes} bytes)`;
      const meta = { artifact_id: row.artifact_id, name };
      await runStatements(ctx, [
        ...insertArtifactRows(ctx, [row]),
        ...appendEvents(ctx, [{ incidentId, type: 'action', message, meta }]),
      ]);
      return toArtifactView(row);
    });
  },
});
