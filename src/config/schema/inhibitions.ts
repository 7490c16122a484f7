import { z } from 'zod';
import type { EqualField, InhibitionConfig } from '../types.ts';
import { section, slug } from './fields.ts';
import { someMatchSchema } from './match.ts';

const equalField = z
  .string()
  .regex(/^(env|service|component|source|labels\..+)$/, {
    error: 'env, service, component, source, or a label as labels.node',
  })
  .transform((field) => field as EqualField);

/** An entry of `inhibitions:`. */
export const inhibitionSchema = section({
  name: slug.describe('Name that alerts and explanations show.'),
  when: someMatchSchema.describe('Which live alerts keep others to themselves, in the words of routes.'),
  mute: someMatchSchema.describe('Which alerts they keep, in the same words.'),
  equal: z
    .array(equalField, { error: 'a list such as [service, env, labels.node], or [] for all alerts' })
    .describe('In what both must be equal; an alert that lacks one of these is not concerned.'),
}).transform((raw): InhibitionConfig => raw);
