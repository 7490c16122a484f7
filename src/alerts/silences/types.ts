import { z } from 'zod';
import type { FactsMatch } from '../../core/match.ts';
import { isPattern } from '../../core/match.ts';
import { severities } from '../../core/severity.ts';
import { mapOf, text } from '../../core/text.ts';

/** Something that keeps alerts to themselves for a time, asked for by a person or named in the configuration. */
export type Silence = {
  /** `sil_…`, or `silence:NAME` and `maintenance:NAME` for those of the configuration. */
  id: string;
  kind: 'silence' | 'maintenance';
  origin: 'api' | 'file';
  match: FactsMatch;
  schedule: SilenceSchedule;
  comment: string | null;
  createdBy: string | null;
  createdAt: number | null;
  expiredBy: string | null;
};

export type SilenceSchedule =
  /** Null: since ever, without end. */
  | { kind: 'once'; startsAt: number | null; endsAt: number | null }
  | { kind: 'cron'; cron: string; timezone: string; durationMs: number };

export const silenceStates = ['pending', 'active', 'expired'] as const;
export type SilenceState = (typeof silenceStates)[number];

const values = z.array(text(200, 1)).min(1).max(100);
const labelMap = mapOf(text(200, 1), text(2000));
const patternMap = mapOf(
  text(200, 1),
  text(500).refine(isPattern, 'must be a regular expression, as eu-.*; it has to match the whole value'),
);

const nothingAsked =
  'must have at least one matcher, such as service: ["api"]; none would silence everything';

/** The words that say which alerts are meant: those of routes. */
export const matchersInput = z
  .strictObject(
    {
      severity: z.array(z.enum(severities)).min(1).optional(),
      env: values.optional(),
      service: values.optional(),
      kind: values.optional(),
      component: values.optional(),
      source: values.optional(),
      labels: labelMap.optional().describe('Labels that must have these values.'),
      labels_not: labelMap.optional().describe('Labels that must not have these values.'),
      labels_regex: patternMap.optional().describe('Labels whose whole value must match.'),
      labels_not_regex: patternMap.optional().describe('Labels whose whole value must not match.'),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? nothingAsked : undefined) },
  )
  .refine(
    (matchers) => Object.values(matchers).some((wanted) => Object.keys(wanted ?? {}).length > 0),
    nothingAsked,
  );

export type Matchers = z.output<typeof matchersInput>;

/** Answers matchers in the form that is matched with. */
export function toMatch({ labels_not, labels_regex, labels_not_regex, ...rest }: Matchers): FactsMatch {
  const match = {
    ...rest,
    labelsNot: labels_not,
    labelsRegex: labels_regex,
    labelsNotRegex: labels_not_regex,
  };
  return Object.fromEntries(Object.entries(match).filter(([, wanted]) => wanted !== undefined));
}

/** The silence as the API shows it. */
export const silenceView = z.object({
  id: z.string(),
  kind: z.enum(['silence', 'maintenance']),
  origin: z.enum(['api', 'file']),
  state: z.enum(silenceStates),
  matchers: z.record(z.string(), z.unknown()),
  starts_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  duration: z.string().nullable(),
  comment: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: z.string().nullable(),
  expired_by: z.string().nullable(),
});

export type SilenceView = z.infer<typeof silenceView>;
