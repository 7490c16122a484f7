import { z } from 'zod';
import { knownMetrics, metricNamePattern } from '../../core/metric-rules.ts';
import { section, text } from './fields.ts';

const metricName = z
  .string()
  .regex(metricNamePattern, { error: 'a name of small letters, digits and "_", at most 64 long' })
  .refine((name) => !Object.hasOwn(knownMetrics, name), {
    error: 'another name: this metric is known already, with bounds of its own',
  });

const metricSchema = section({
  unit: text.max(50).optional().describe('What it counts, as rows.'),
  min: z.number().optional().describe('The least that it may be.'),
  max: z.number().optional().describe('The most that it may be.'),
  whole: z.boolean().default(false).describe('Whether it is a whole number.'),
}).transform(({ unit = null, min = null, max = null, whole }) => ({ unit, min, max, isWhole: whole }));

/** The `metrics:` section: numbers of runs, by name. */
export const metricsSchema = z.record(metricName, metricSchema);
