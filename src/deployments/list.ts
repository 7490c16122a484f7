import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { isoTime, text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { type DeploymentKey, selectDeployments } from './queries.ts';
import { deploymentKinds, deploymentView, toDeploymentView } from './view.ts';

/** What was changed, the latest first. */
export const listDeployments = defineAction({
  name: 'deployments.list',
  summary: 'List deployments and reloads of the configuration, the latest first',
  input: z.strictObject({
    service: text(200).optional(),
    env: text(100).optional(),
    kind: z.enum(deploymentKinds).optional(),
    from: isoTime.optional(),
    to: isoTime.optional(),
    ...pageInput,
  }),
  output: pageOf(deploymentView),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/deployments' },
  cli: { command: 'deployments list' },
  async run(ctx: Ctx, { service, env, kind, from, to, cursor, limit }) {
    const filters = { service, env, kind, fromMs: from, toMs: to };
    const rows = await selectDeployments(ctx, filters, { before: readKey(cursor), limit: limit + 1 });
    return toPage(rows, limit, (row) => `${row.at} ${row.deployment_id}`, toDeploymentView);
  },
});

function readKey(cursor: string | undefined): DeploymentKey | null {
  const key = readCursor(cursor);
  if (key === null) return null;
  const [, at, id] = /^(-?\d{1,16}) (dep_\w{26})$/.exec(key) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw new AppError('VALIDATION_ERROR', 'cursor: is not one that this list answered');
}
