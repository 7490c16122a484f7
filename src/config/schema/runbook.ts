import { z } from 'zod';
import { kind, section, text, textMap } from './fields.ts';

/** The front matter of a runbook. */
export const runbookSchema = section({
  title: text.optional().describe('Default: the first heading.'),
  service: z.array(text).min(1).optional().describe('Services that it is for.'),
  kind: z.array(kind).min(1).optional().describe('Kinds of alerts that it is for.'),
  labels: textMap.optional().describe('Labels that must have these values.'),
}).refine(({ service, kind, labels }) => Boolean(service ?? kind ?? labels), {
  error: 'at least one of service, kind and labels',
});
