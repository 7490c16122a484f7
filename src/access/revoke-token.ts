import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction } from '../store/index.ts';
import { findApiToken, revokeWithSessions } from './queries.ts';
import { tokenView, viewToken } from './types.ts';

export const revokeTokenAction = defineAction({
  name: 'tokens.revoke',
  summary: 'Revoke a token and the sessions that it began',
  input: z.strictObject({ token_id: text(100, 1).describe('As `tokens.list` shows it.') }),
  output: tokenView,
  entitlement: 'tools.tokens.write',
  http: { method: 'DELETE', path: '/v1/tokens/:token_id' },
  cli: { command: 'token revoke', args: ['token_id'] },
  run: (ctx: Ctx, input) =>
    inTransaction(ctx, async (ctx) => {
      const token = await findApiToken(ctx, input.token_id);
      if (!token) throw new AppError('NOT_FOUND', `there is no token ${input.token_id}`);
      const nowMs = ctx.clock.now();
      await revokeWithSessions(ctx, token.token_id, nowMs);
      ctx.log.info(
        { tag: 'access', requestId: ctx.requestId },
        `[access] ${ctx.actor.name} revoked token "${token.name}"`,
      );
      return viewToken({ ...token, revoked_at: token.revoked_at ?? nowMs });
    }),
});
