import { sql } from 'kysely';
import { type Ctx, type DeploymentKind, type DeploymentRow, insertMany } from '../store/index.ts';

/** Inserts a deployment; answers false where its given id is taken. Index: deployment_given_id. */
export async function insertDeployment(ctx: Ctx, row: DeploymentRow): Promise<boolean> {
  const written = await insertMany(ctx, 'deployment', [row], {
    onConflict: 'on conflict (given_id) do nothing',
    returning: 'deployment_id',
  });
  return written.length > 0;
}

/** Answers the deployment that the id was given for, or null. Index: deployment_given_id. */
export async function selectByGivenId(ctx: Ctx, givenId: string): Promise<DeploymentRow | null> {
  const row = await ctx.db
    .selectFrom('deployment')
    .selectAll()
    .where('given_id', '=', givenId)
    .executeTakeFirst();
  return row ?? null;
}

export type DeploymentFilters = {
  kind?: DeploymentKind | undefined;
  service?: string | undefined;
  env?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
};

/** Where a page begins: behind this time and id. */
export type DeploymentKey = { at: number; id: string };

/** Answers deployments, the latest first, behind the key. Index: deployment_service for one service, else deployment_at. */
export function selectDeployments(
  ctx: Ctx,
  filters: DeploymentFilters,
  page: { before: DeploymentKey | null; limit: number },
): Promise<DeploymentRow[]> {
  const { before } = page;
  let query = ctx.db.selectFrom('deployment').selectAll();
  if (filters.kind !== undefined) query = query.where('kind', '=', filters.kind);
  if (filters.service !== undefined) query = query.where('service', '=', filters.service);
  if (filters.env !== undefined) query = query.where('env', '=', filters.env);
  if (filters.fromMs !== undefined) query = query.where('at', '>=', filters.fromMs);
  if (filters.toMs !== undefined) query = query.where('at', '<', filters.toMs);
  if (before) query = query.where(sql<boolean>`(at, deployment_id) < (${before.at}, ${before.id})`);
  return query.orderBy('at', 'desc').orderBy('deployment_id', 'desc').limit(page.limit).execute();
}

/** Answers what was changed in an env, and in Tocsin's own configuration, in a span of time, the latest first. Index: deployment_at. */
export function selectDeploymentsBetween(
  ctx: Ctx,
  span: { env: string; fromMs: number; toMs: number; limit: number },
): Promise<DeploymentRow[]> {
  return ctx.db
    .selectFrom('deployment')
    .selectAll()
    .where('at', '>=', span.fromMs)
    .where('at', '<=', span.toMs)
    .where((eb) => eb.or([eb('env', '=', span.env), eb('kind', '=', sql.lit('config_reload'))]))
    .orderBy('at', 'desc')
    .orderBy('deployment_id', 'desc')
    .limit(span.limit)
    .execute();
}

/** Counts deployments of services in a span of time. Index: deployment_at. */
export async function countDeploymentsBetween(
  ctx: Ctx,
  span: { fromMs: number; toMs: number },
): Promise<number> {
  const row = await ctx.db
    .selectFrom('deployment')
    .select((eb) => eb.fn.countAll<number>().as('deployments'))
    .where('at', '>=', span.fromMs)
    .where('at', '<', span.toMs)
    .where('kind', '=', sql.lit('deployment'))
    .executeTakeFirst();
  return row?.deployments ?? 0;
}

/** Answers the last deployment of a service in an env up to a time, or null. Index: deployment_service. */
export async function selectLastDeployment(
  ctx: Ctx,
  of: { service: string; env: string; untilMs: number },
): Promise<DeploymentRow | null> {
  const row = await ctx.db
    .selectFrom('deployment')
    .selectAll()
    .where('service', '=', of.service)
    .where('env', '=', of.env)
    .where('kind', '=', sql.lit('deployment'))
    .where('at', '<=', of.untilMs)
    .orderBy('at', 'desc')
    .orderBy('deployment_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
