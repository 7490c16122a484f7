import { z } from 'zod';
import { checkSchema } from './checks.ts';
import { section, slug, text } from './fields.ts';

/** An entry of `components:`. */
export const componentSchema = section({
  id: slug.describe('Name in URLs, alerts and `depends_on`.'),
  name: text.optional().describe('Name for people; default: the id.'),
  group: text.optional().describe('Heading that it stands under.'),
  description: text.optional(),
  critical: z
    .boolean()
    .default(false)
    .describe('Whether its failure is P0 and makes the whole service down.'),
  public: z.boolean().default(false).describe('Whether it is on the status page.'),
  depends_on: z.array(slug).default([]).describe('Components that this one cannot work without.'),
  checks: z.array(checkSchema).default([]),
}).transform((raw) => ({
  id: raw.id,
  name: raw.name ?? raw.id,
  group: raw.group ?? null,
  description: raw.description ?? null,
  critical: raw.critical,
  public: raw.public,
  dependsOn: raw.depends_on,
  checks: raw.checks,
}));
