import { z } from 'zod';
import { toIso } from '../core/clock.ts';
import type { DeploymentRow } from '../store/index.ts';

export const deploymentKinds = ['deployment', 'config_reload'] as const;

/** A deployment as the API shows it. */
export const deploymentView = z.object({
  id: z.string(),
  kind: z.enum(deploymentKinds),
  service: z.string(),
  env: z.string(),
  version: z.string(),
  at: z.string(),
  by: z.string(),
  link: z.string().nullable(),
  notes: z.string().nullable(),
  created_at: z.string(),
});
export type DeploymentView = z.output<typeof deploymentView>;

/** Answers the deployment as the API shows it, under the id that was given for it where there is one. */
export function toDeploymentView(row: DeploymentRow): DeploymentView {
  return {
    id: row.given_id ?? row.deployment_id,
    kind: row.kind,
    service: row.service,
    env: row.env,
    version: row.version,
    at: toIso(row.at),
    by: row.deployed_by,
    link: row.link,
    notes: row.notes,
    created_at: toIso(row.created_at),
  };
}
