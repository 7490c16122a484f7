import { z } from 'zod';
import { section, slug } from './fields.ts';
import { matchSchema } from './match.ts';

const event = z.string().regex(/^[a-z_]{1,100}(\.[a-z_]{1,100})?$/, {
  error: 'the name of an event of GitHub, as push or pull_request.opened',
});
const repository = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}\/[A-Za-z0-9._-]{1,100}$/, { error: 'a repository, as owner/name' })
  .transform((name) => name.toLowerCase());

const githubSchema = section({
  events: z.array(event).min(1).describe('As push, or pull_request.opened for one action.'),
  repositories: z.array(repository).min(1).optional().describe('As owner/name; default: all that sign.'),
});

/** The `on:` section of a profile. */
export const triggersSchema = section({
  alert: section({ match: matchSchema }).optional().describe('Alerts that start it, once each.'),
  webhook: z
    .union([slug, z.literal(true)], { error: 'the name of a webhook, or true for the one of its own name' })
    .optional()
    .describe('Webhook of tocsin.yaml whose deliveries start it.'),
  github: githubSchema.optional().describe('Deliveries of GitHub that start it.'),
});
