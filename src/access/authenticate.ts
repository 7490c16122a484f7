import type { Actor } from '../core/actor.ts';
import { hasPassed } from '../core/clock.ts';
import type { Ctx, TokenRow } from '../store/index.ts';
import { findTokenByHash } from './queries.ts';
import { createActor } from './roles.ts';
import { hashSecret } from './secret.ts';

const cacheMs = 3000;
// Bad tokens are remembered too; this keeps a flood of them from filling the memory.
const maxCached = 10_000;

export type Authenticator = {
  /** Answers who holds the live secret of that kind, or null. A token that another process revoked passes for 3 s more. */
  findActor(ctx: Ctx, secret: string, kind: 'api' | 'session'): Actor | null | Promise<Actor | null>;
  /** Forgets what it knows, so that a change in this process counts at once. */
  forget(): void;
};

type Known = { row: TokenRow | null; actor: Actor; sinceMs: number };

/** Answers an authenticator with a small memory, as every request asks. For these seconds it holds plain secrets, as each request does. */
export function createAuthenticator(): Authenticator {
  const cache = new Map<string, Known>();
  const read = async (ctx: Ctx, secret: string): Promise<Known> => {
    const row = await findTokenByHash(ctx, hashSecret(secret));
    const actor = createActor(row?.name ?? '', row?.role ?? 'default');
    const known = { row, actor, sinceMs: ctx.clock.now() };
    if (cache.size >= maxCached) cache.clear();
    cache.set(secret, known);
    return known;
  };
  return {
    findActor(ctx, secret, kind) {
      const nowMs = ctx.clock.now();
      const known = cache.get(secret);
      if (known && !hasPassed(cacheMs, known.sinceMs, nowMs)) return judge(known, kind, nowMs);
      return read(ctx, secret).then((fresh) => judge(fresh, kind, nowMs));
    },
    forget: () => cache.clear(),
  };
}

function judge({ row, actor }: Known, kind: TokenRow['kind'], nowMs: number): Actor | null {
  if (row?.kind !== kind || row.revoked_at !== null) return null;
  return row.expires_at === null || row.expires_at > nowMs ? actor : null;
}
