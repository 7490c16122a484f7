import { z } from 'zod';
import { type FactsMatch, isPattern } from '../../core/match.ts';
import { section, severity, textList, textMap, withoutUndefined } from './fields.ts';

const pattern = z
  .string()
  .max(500)
  .refine(isPattern, { error: 'a regular expression, as eu-.*; it must match the whole value' });
const patternMap = z.record(z.string(), pattern);

/** The words that say which alerts are meant. */
export const matchSchema = section({
  severity: z.array(severity).min(1).optional(),
  env: textList.min(1).optional(),
  service: textList.min(1).optional(),
  kind: textList.min(1).optional(),
  component: textList.min(1).optional(),
  source: textList.min(1).optional(),
  labels: textMap.optional().describe('Labels that must have these values.'),
  labels_not: textMap.optional().describe('Labels that must not have these values.'),
  labels_regex: patternMap.optional().describe('Labels whose whole value must match.'),
  labels_not_regex: patternMap.optional().describe('Labels whose whole value must not match.'),
}).transform(
  ({ labels_not, labels_regex, labels_not_regex, ...rest }): FactsMatch =>
    withoutUndefined({
      ...rest,
      labelsNot: labels_not,
      labelsRegex: labels_regex,
      labelsNotRegex: labels_not_regex,
    }),
);

/** A match that says something: one without a key would mean every alert. */
export const someMatchSchema = matchSchema.refine((match) => !isEmptyMatch(match), {
  error: 'at least one key, such as service: [api]',
});

/** Answers whether a match has no key. */
export function isEmptyMatch(match: FactsMatch): boolean {
  return Object.values(match).every((value) => Object.keys(value).length === 0);
}
