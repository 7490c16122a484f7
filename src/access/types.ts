import { z } from 'zod';
import { toIso } from '../core/clock.ts';
import { roleNames } from '../core/role-names.ts';
import { isStorable } from '../core/text.ts';
import type { TokenRow } from '../store/index.ts';

export const tokenName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine(isStorable, 'must be well-formed text without NUL characters')
  .describe('Stands in events as the one who did something.');

export const roleName = z.enum(roleNames).describe('Decides what the token may do.');

export const tokenView = z.object({
  token_id: z.string(),
  name: z.string(),
  role: z.string(),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
});

export type TokenView = z.infer<typeof tokenView>;

/** Answers the token as the API shows it: never its hash. */
export function viewToken(row: TokenRow): TokenView {
  return {
    token_id: row.token_id,
    name: row.name,
    role: row.role,
    created_at: toIso(row.created_at),
    revoked_at: toIso(row.revoked_at),
  };
}
