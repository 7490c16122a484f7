import { z } from 'zod';
import type { IntelligencePolicy } from '../types.ts';
import { section, text, wholeNumber } from './fields.ts';

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

const score = z.number().min(0).max(1000);
const near = (points: number, minutes: number) =>
  section({ score: score.default(points), within_minutes: z.number().min(1).max(43_200).default(minutes) })
    .prefault({})
    .transform((raw) => ({ score: raw.score, withinMs: raw.within_minutes * 60_000 }));

const correlation = section({
  window_days: wholeNumber.min(1).max(365).default(30),
  same_signature: score.default(100),
  same_service_and_kind: score.default(60),
  same_service: near(40, 180),
  same_kind: near(30, 120).describe('Of other services.'),
  min_score: score.default(20),
  top: wholeNumber.min(1).max(100).default(10).describe('How many are answered.'),
}).transform((raw) => ({
  windowMs: raw.window_days * 86_400_000,
  sameSignature: raw.same_signature,
  sameServiceAndKind: raw.same_service_and_kind,
  sameService: raw.same_service,
  sameKind: raw.same_kind,
  minScore: raw.min_score,
  top: raw.top,
}));

const count = wholeNumber.min(1).max(10_000);
const thresholds = (warn: number, high: number) =>
  section({ warn: count.default(warn), high: count.default(high) })
    .refine((raw) => raw.warn <= raw.high, { error: 'a warn that is at most high' })
    .prefault({});

const digest = section({
  route: text.nullable().default(null).describe('Route that gets the weekly digest; null: nobody.'),
  weekday: z.enum(weekdays).default('MON'),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of the day in UTC, such as "08:00"' })
    .default('08:00')
    .describe('In UTC.'),
});

/** The whole of incident_intelligence_policy.yml. */
export const intelligenceSchema = section({
  correlation: correlation.prefault({}),
  recurrence: section({ signature: thresholds(3, 6), kind: thresholds(5, 10) }).prefault({}),
  digest: digest.prefault({}),
}).transform((raw): IntelligencePolicy => raw);
