import { z } from 'zod';
import { parseCondition, subjectsByKind } from '../../core/condition.ts';
import { AppError } from '../../core/errors.ts';
import type { CheckTarget } from '../types.ts';
import { durationExpected, readDuration, section, slug, timerDuration, wholeNumber } from './fields.ts';

type CheckKind = CheckTarget['kind'];

// Shorter than this a check would be a load test.
export const intervalBounds = { minMs: 100, maxMs: 2 ** 31 - 1 };

const interval = z
  .union([z.string(), z.literal(0)], { error: `${durationExpected}, or on_demand` })
  .transform((word, ctx) => (word === 'on_demand' ? null : readDuration(word, intervalBounds, ctx)));

export const threshold = wholeNumber.min(1).max(1000);

// As many results are kept of each check.
const mostResults = 100;

const kOfN = section({
  k: wholeNumber.min(1).max(mostResults).describe('How many of them must be bad.'),
  n: wholeNumber.min(1).max(mostResults).describe('How many of the last results count.'),
}).superRefine(({ k, n }, ctx) => {
  if (k <= n) return;
  const advice = 'so many of the last n can never be bad';
  ctx.addIssue({ code: 'custom', path: ['k'], message: `at most n, ${n}`, params: { advice } });
});

/** The keys that a check of any kind has. */
export function commonShape(kind: CheckKind) {
  const condition = conditionFor(kind);
  return {
    name: slug.describe('Name of the check, unique in its component.'),
    interval: interval.prefault('30s').describe('How often it runs; on_demand: only when asked.'),
    timeout: timerDuration(1).prefault('5s').describe('An answer after this is not awaited.'),
    retries: wholeNumber.min(0).max(10).default(1).describe('Further tries before a failure counts.'),
    failures_to_down: threshold.default(2),
    successes_to_recover: threshold.default(2),
    k_of_n: kOfN.optional().describe('Bad results among the last ones that count like those in a row.'),
    cache_seconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(10)
      .describe('How long an on-demand answer is kept.'),
    conditions: z.array(condition).default([]).describe('All must hold, else the check is down.'),
    degraded: z.array(condition).default([]).describe('Where one does not hold the check is degraded.'),
  };
}

function conditionFor(kind: CheckKind) {
  return z.string().superRefine((condition, ctx) => {
    const advice = conditionFault(condition, kind);
    if (advice === null) return;
    ctx.addIssue({
      code: 'custom',
      message: `a condition such as "${exampleFor(kind)}"`,
      params: { advice },
    });
  });
}

function exampleFor(kind: CheckKind): string {
  if (kind === 'tcp') return 'latency < 500ms';
  return kind === 'command' ? 'exit_code == 0' : 'status == 200';
}

function conditionFault(condition: string, kind: CheckKind): string | null {
  const subjects: readonly string[] = subjectsByKind[kind];
  try {
    const foreign = parseCondition(condition).alternatives.find(
      ({ subject }) => !subjects.includes(subject.name),
    );
    if (!foreign) return null;
    return `a ${kind} check knows ${subjects.join(', ')}, and not ${foreign.subject.name}`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

type Common = z.output<z.ZodObject<ReturnType<typeof commonShape>>>;

/** Answers what the keys of any kind say. */
export function toCommon(raw: Common) {
  return {
    name: raw.name,
    intervalMs: raw.interval,
    timeoutMs: raw.timeout,
    retries: raw.retries,
    failuresToDown: raw.failures_to_down,
    successesToRecover: raw.successes_to_recover,
    kOfN: raw.k_of_n ?? null,
    cacheMs: Math.round(raw.cache_seconds * 1000),
    conditions: raw.conditions,
    degraded: raw.degraded,
  };
}
