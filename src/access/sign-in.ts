import { type Ctx, inTransaction, type TokenRow } from '../store/index.ts';
import { deleteExpired, findTokenByHash, insertToken, revokeByHash } from './queries.ts';
import { createSecret, hashSecret } from './secret.ts';

const hourMs = 3_600_000;
const codeLifetimeMs = hourMs;

export const sessionLifetimeMs = 7 * 24 * hourMs;

/** Makes a code that begins one session of the role within an hour. */
export async function createSignInCode(ctx: Ctx, role: string): Promise<string> {
  const code = createSecret();
  const nowMs = ctx.clock.now();
  await deleteExpired(ctx, nowMs);
  await insertToken(ctx, {
    token_id: ctx.ids.ulid(),
    name: 'sign-in link',
    role,
    kind: 'signin',
    hash: hashSecret(code),
    created_at: nowMs,
    expires_at: nowMs + codeLifetimeMs,
    revoked_at: null,
  });
  return code;
}

/** Begins a session with a code; null where it is unknown, late or used. Of two at once one wins. */
export function redeemSignInCode(ctx: Ctx, code: string): Promise<string | null> {
  return inTransaction(ctx, async (ctx) => {
    const hash = hashSecret(code);
    if (!(await revokeByHash(ctx, hash, 'signin', ctx.clock.now()))) return null;
    const row = await findTokenByHash(ctx, hash);
    return row ? beginSession(ctx, row) : null;
  });
}

/** Begins a session with an API token; null where it is unknown or revoked. */
export async function signInWithToken(ctx: Ctx, token: string): Promise<string | null> {
  const row = await findTokenByHash(ctx, hashSecret(token));
  return row?.kind === 'api' && row.revoked_at === null ? beginSession(ctx, row) : null;
}

/** Ends the session, if it is one. */
export async function endSession(ctx: Ctx, session: string): Promise<void> {
  await revokeByHash(ctx, hashSecret(session), 'session', ctx.clock.now());
}

/** The id begins with that of the token it came from, so that both are revoked together. */
async function beginSession(ctx: Ctx, origin: TokenRow): Promise<string> {
  const session = createSecret();
  const nowMs = ctx.clock.now();
  await insertToken(ctx, {
    token_id: `${origin.token_id}.${ctx.ids.ulid()}`,
    name: origin.name,
    role: origin.role,
    kind: 'session',
    hash: hashSecret(session),
    created_at: nowMs,
    expires_at: nowMs + sessionLifetimeMs,
    revoked_at: null,
  });
  return session;
}
