import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import type { Ctx } from '../store/index.ts';
import { listApiTokens } from './queries.ts';
import { tokenView, viewToken } from './types.ts';

export const listTokensAction = defineAction({
  name: 'tokens.list',
  summary: 'List tokens, without their texts',
  input: z.strictObject(pageInput),
  output: pageOf(tokenView),
  entitlement: 'tools.tokens.write',
  http: { method: 'GET', path: '/v1/tokens' },
  cli: { command: 'token list' },
  async run(ctx: Ctx, { limit, cursor }) {
    const rows = await listApiTokens(ctx, readCursor(cursor), limit + 1);
    return toPage(rows, limit, (row) => row.token_id, viewToken);
  },
});
