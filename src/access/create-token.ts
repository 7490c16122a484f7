import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import type { Ctx, TokenRow } from '../store/index.ts';
import { insertToken } from './queries.ts';
import { createSecret, hashSecret } from './secret.ts';
import { roleName, tokenName, tokenView, viewToken } from './types.ts';

export type NewToken = { token: string; row: TokenRow };

/** Makes an API token; `token` is its plain text, which nobody can show a second time. */
export async function createToken(ctx: Ctx, what: { role: string; name: string }): Promise<NewToken> {
  const token = createSecret();
  const row = apiTokenRow(ctx, token, what);
  await insertToken(ctx, row);
  return { token, row };
}

/** Answers the row that stands for a plain token. */
export function apiTokenRow(ctx: Ctx, token: string, what: { role: string; name: string }): TokenRow {
  return {
    token_id: ctx.ids.ulid(),
    name: what.name,
    role: what.role,
    kind: 'api',
    hash: hashSecret(token),
    created_at: ctx.clock.now(),
    expires_at: null,
    revoked_at: null,
  };
}

export const createTokenAction = defineAction({
  name: 'tokens.create',
  summary: 'Make a token; its text is shown this once',
  input: z.strictObject({ role: roleName, name: tokenName }),
  output: tokenView.extend({ token: z.string() }),
  entitlement: 'tools.tokens.write',
  http: { method: 'POST', path: '/v1/tokens', status: 201 },
  cli: { command: 'token create', print: 'token' },
  async run(ctx: Ctx, input) {
    const { token, row } = await createToken(ctx, input);
    ctx.log.info(
      { tag: 'access', requestId: ctx.requestId, role: row.role },
      `[access] ${ctx.actor.name} made token "${row.name}"`,
    );
    return { ...viewToken(row), token };
  },
});
