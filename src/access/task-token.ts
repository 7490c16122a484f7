import type { Actor } from '../core/actor.ts';
import type { Ctx } from '../store/index.ts';
import { deleteToken, insertToken } from './queries.ts';
import { taskRole } from './roles.ts';
import { createSecret, hashSecret } from './secret.ts';

const namePrefix = 'job:';

/** Makes the token of a run, which may report, keep state and no more, and answers its text; it lives until the run ends, and no longer than until the time. */
export async function createTaskToken(
  ctx: Ctx,
  of: { runId: string; profile: string; expiresAt: number },
): Promise<string> {
  const token = createSecret();
  await insertToken(ctx, {
    token_id: of.runId,
    name: namePrefix + of.profile,
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

/** Answers the profile whose task acts, for it may touch the state of no other; null where it is no task. */
export function profileOfTask({ name, role }: Actor): string | null {
  return role === taskRole && name.startsWith(namePrefix) ? name.slice(namePrefix.length) : null;
}
