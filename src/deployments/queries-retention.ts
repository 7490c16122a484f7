import { type SqlBool, sql } from 'kysely';
import { type Ctx, type Expired, expiredRows } from '../store/index.ts';

/** Answers the deployments from before the time, the last one of each service in an env excepted. Index: deployment_service. */
export function expiredDeployments(ctx: Ctx, beforeMs: number): Expired {
  const isOld = sql<SqlBool>`at < ${beforeMs} and exists (select 1 from deployment as later
    where later.service = deployment.service and later.env = deployment.env and later.kind = deployment.kind
    and (later.at, later.deployment_id) > (deployment.at, deployment.deployment_id))`;
  return expiredRows(ctx, { table: 'deployment', key: ['deployment_id'], isOld });
}
