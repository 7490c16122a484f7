import type { Ctx } from '../store/index.ts';
import { deleteToken, insertToken } from './queries.ts';
import { taskRole } from './roles.ts';
import { createSecret, hashSecret } from './secret.ts';

/** Makes the token of a run, which may report and no more, and answers its text; it lives until the run ends, and no longer than until the time. */
export async function createTaskToken(
  ctx: Ctx,
  of: { runId: string; profile: string; expiresAt: number },
): Promise<string> {
  const token = createSecret();
  await insertToken(ctx, {
    token_id: of.runId,
    name: `job:${of.profile}`,
    role: taskRole,
    kind: 'api',
    hash: hashSecret(token),
    created_at: ctx.clock.now(),
    expires_at: of.expiresAt,
    revoked_at: null,
  });
  return token;
}

/** Ends the token of a run, if it has one. */
export function endTaskToken(ctx: Ctx, runId: string): Promise<void> {
  return deleteToken(ctx, runId);
}
