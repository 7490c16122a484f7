import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import type { Ctx } from '../store/index.ts';
import { listApiTokens } from './queries.ts';
import { tokenView, viewToken } from './types.ts';

export const tokensList = defineAction({
  name: 'tokens.list',
  summary: 'List tokens, without their texts',
  input: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    cursor: z
      .string()
      .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, { error: 'a next_cursor of an earlier page' })
      .optional(),
  }),
  output: z.object({ data: z.array(tokenView), next_cursor: z.string().nullable(), limit: z.number() }),
  entitlement: 'tools.tokens.write',
  http: { method: 'GET', path: '/v1/tokens' },
  cli: { command: 'token list' },
  async run(ctx: Ctx, { limit, cursor }) {
    const rows = await listApiTokens(ctx, cursor ?? null, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(viewToken),
      next_cursor: rows.length > limit && last ? last.token_id : null,
      limit,
    };
  },
});
