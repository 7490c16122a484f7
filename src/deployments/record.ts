import { z } from 'zod';
import { answer, defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { isoTime, text } from '../core/text.ts';
import type { Ctx, DeploymentRow } from '../store/index.ts';
import { decideRepeat, type Said } from './decide.ts';
import { insertDeployment, selectByGivenId } from './queries.ts';
import { deploymentView, toDeploymentView } from './view.ts';

/** How far ahead of ours the clock of a pipeline may be. */
const toleratedMs = 5 * 60_000;

const link = text(2000).refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
  error: 'must be a URL that begins with http:// or https://',
});

/** Records that a service was changed; with an id of the caller's own it may be sent again. */
export const recordDeployment = defineAction({
  name: 'deployments.record',
  summary: 'Record a deployment; the same id again is the same deployment',
  input: z.strictObject({
    id: text(200, 1)
      .optional()
      .describe('An id of your own, as that of the pipeline: sent again, it adds nothing.'),
    service: text(200, 1),
    env: text(100, 1).default('prod'),
    version: text(200, 1),
    at: isoTime.optional().describe('When it went live; default: now.'),
    by: text(200, 1).optional().describe('Who deployed; default: the caller.'),
    link: link.optional(),
    notes: text(10_000).optional(),
  }),
  output: deploymentView,
  entitlement: 'tools.deployments.write',
  http: {
    method: 'POST',
    path: '/v1/deployments',
    status: 201,
    also: { 200: 'It was recorded before, under the same id.' },
  },
  cli: { command: 'deployments record', args: ['service', 'version'] },
  async run(ctx: Ctx, { id, service, env, version, at, by, link, notes }) {
    const nowMs = ctx.clock.now();
    if (at !== undefined && at > nowMs + toleratedMs)
      throw new AppError('VALIDATION_ERROR', 'at: is in the future: record a deployment when it is live');
    const said = { service, env, version, at, deployed_by: by, link, notes };
    const row: DeploymentRow = {
      deployment_id: `dep_${ctx.ids.ulid()}`,
      given_id: id ?? null,
      kind: 'deployment',
      service,
      env,
      version,
      at: at ?? nowMs,
      deployed_by: by ?? ctx.actor.name,
      link: link ?? null,
      notes: notes ?? null,
      created_at: nowMs,
    };
    if (await insertDeployment(ctx, row)) return toDeploymentView(row);
    return answer(200, toDeploymentView(await requireSame(ctx, id ?? '', said)));
  },
});

async function requireSame(ctx: Ctx, id: string, said: Said): Promise<DeploymentRow> {
  const known = await selectByGivenId(ctx, id);
  if (!known) throw new AppError('CONFLICT', `the deployment ${id} was removed meanwhile: send it again`);
  const decision = decideRepeat(known, said);
  if (decision.same) return known;
  throw new AppError(
    'CONFLICT',
    `the deployment ${id} is recorded already, with another ${decision.fields.join(', ')}: give this one an id of its own`,
    { details: { reason: decision.reason, fields: decision.fields } },
  );
}

/** Records that this process took up a changed configuration; `version` tells configurations apart. */
export async function recordReload(
  ctx: Ctx,
  reload: { version: string; by: string; notes: string },
): Promise<void> {
  const nowMs = ctx.clock.now();
  await insertDeployment(ctx, {
    deployment_id: `dep_${ctx.ids.ulid()}`,
    given_id: null,
    kind: 'config_reload',
    service: 'tocsin',
    env: 'prod',
    version: reload.version,
    at: nowMs,
    deployed_by: reload.by,
    link: null,
    notes: reload.notes,
    created_at: nowMs,
  });
}
