import type { CompiledQuery } from 'kysely';
import type { Ctx, IncidentArtifactRow } from '../store/index.ts';

export type NewArtifact = {
  incidentId: string;
  name: string;
  contentType: string;
  content: string;
  /** Where the content stands for other bytes than its own. */
  bodyBytes?: number;
};

/** Answers the row of a new artifact. */
export function createArtifactRow(ctx: Ctx, artifact: NewArtifact): IncidentArtifactRow {
  return {
    artifact_id: `art_${ctx.ids.ulid()}`,
    incident_id: artifact.incidentId,
    name: artifact.name,
    content_type: artifact.contentType,
    content: artifact.content,
    body_bytes: artifact.bodyBytes ?? Buffer.byteLength(artifact.content),
    created_at: ctx.clock.now(),
  };
}

/** Inserts artifacts; answers the statement, none for no artifacts. */
export function insertArtifacts(ctx: Ctx, artifacts: readonly NewArtifact[]): CompiledQuery[] {
  return insertArtifactRows(
    ctx,
    artifacts.map((artifact) => createArtifactRow(ctx, artifact)),
  );
}

/** Inserts the rows of artifacts; answers the statement, none for no rows. */
export function insertArtifactRows(ctx: Ctx, rows: readonly IncidentArtifactRow[]): CompiledQuery[] {
  return ctx.dialect.insertRows('incident_artifact', rows);
}

export type ArtifactHead = Omit<IncidentArtifactRow, 'content'>;

/** Answers what an incident has attached, newest first, without the contents. Index: incident_artifact_incident_id. */
export function selectArtifactHeads(ctx: Ctx, incidentId: string, limit: number): Promise<ArtifactHead[]> {
  return ctx.db
    .selectFrom('incident_artifact')
    .select(['artifact_id', 'incident_id', 'name', 'content_type', 'body_bytes', 'created_at'])
    .where('incident_id', '=', incidentId)
    .orderBy('artifact_id', 'desc')
    .limit(limit)
    .execute();
}

/** Answers the newest artifact of an incident that has the id or the name, or null. Index: incident_artifact_incident_id. */
export async function selectArtifact(
  ctx: Ctx,
  incidentId: string,
  idOrName: string,
): Promise<IncidentArtifactRow | null> {
  const row = await ctx.db
    .selectFrom('incident_artifact')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .where((eb) => eb.or([eb('artifact_id', '=', idOrName), eb('name', '=', idOrName)]))
    .orderBy('artifact_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
