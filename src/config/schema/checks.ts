import { z } from 'zod';
import { parseCondition, subjectsByKind } from '../../core/condition.ts';
import { AppError } from '../../core/errors.ts';
import type { CheckTarget } from '../types.ts';
import {
  duration,
  durationExpected,
  headers,
  httpUrl,
  readDuration,
  section,
  slug,
  text,
  textMap,
  timerDuration,
  wholeNumber,
} from './fields.ts';

type CheckKind = CheckTarget['kind'];

// Shorter than this a check would be a load test.
const intervalBounds = { minMs: 100, maxMs: 2 ** 31 - 1 };

const interval = z
  .union([z.string(), z.literal(0)], { error: `${durationExpected}, or on_demand` })
  .transform((word, ctx) => (word === 'on_demand' ? null : readDuration(word, intervalBounds, ctx)));

const threshold = wholeNumber.min(1).max(1000);

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

function commonShape(kind: CheckKind) {
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
    const example = kind === 'http' ? 'status == 200' : kind === 'tcp' ? 'latency < 500ms' : 'exit_code == 0';
    ctx.addIssue({ code: 'custom', message: `a condition such as "${example}"`, params: { advice } });
  });
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

function toCommon(raw: Common) {
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

const method = z.string().regex(/^[A-Za-z]{1,20}$/, { error: 'an HTTP method such as GET' });

const httpShape = {
  ...commonShape('http'),
  kind: z.literal('http'),
  url: httpUrl,
  method: method.default('GET'),
  headers: headers.default({}),
  body: z.string().optional(),
  follow_redirects: z.boolean().default(true),
  tls_verify: z.boolean().default(true).describe('Whether the certificate must be valid.'),
};

const tcpShape = {
  ...commonShape('tcp'),
  kind: z.literal('tcp'),
  host: text,
  port: wholeNumber.min(1).max(65_535),
  send: text.optional().describe('Text that is sent after connecting.'),
  expect: text.optional().describe('Text that the answer must contain.'),
};

const commandShape = {
  ...commonShape('command'),
  kind: z.literal('command'),
  command: z.array(z.string()).min(1).describe('Program and arguments; no shell reads them.'),
  env: textMap.default({}).describe('Added to the environment of Tocsin.'),
  cwd: text.default('.').describe('Folder it runs in, from the folder of this file.'),
};

type Raw<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

const toHttpCheck = (raw: Raw<typeof httpShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  url: raw.url,
  method: raw.method.toUpperCase(),
  headers: raw.headers,
  body: raw.body ?? null,
  followRedirects: raw.follow_redirects,
  tlsVerify: raw.tls_verify,
});

const toTcpCheck = (raw: Raw<typeof tcpShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  host: raw.host,
  port: raw.port,
  send: raw.send ?? null,
  expect: raw.expect ?? null,
});

const toCommandCheck = (raw: Raw<typeof commandShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  argv: raw.command,
  env: raw.env,
  cwd: raw.cwd,
});

/** An entry of `checks:` of a component, as its `kind` has it. */
export const checkSchema = z.discriminatedUnion('kind', [
  section(httpShape).transform(toHttpCheck),
  section(tcpShape).transform(toTcpCheck),
  section(commandShape).transform(toCommandCheck),
]);

/** It is never asked on demand alone, and its first failure counts, as does its first success: it is asked because others fail. */
const ofGuard = {
  name: slug.default('guard').describe('Name in the log and in metrics.'),
  interval: duration(intervalBounds).prefault('30s').describe('How often it runs, besides when others fail.'),
  failures_to_down: threshold.default(1),
  successes_to_recover: threshold.default(1),
};

/** The `guard:` section. */
export const guardSchema = z.discriminatedUnion('kind', [
  section({ ...httpShape, ...ofGuard }).transform(toHttpCheck),
  section({ ...tcpShape, ...ofGuard }).transform(toTcpCheck),
  section({ ...commandShape, ...ofGuard }).transform(toCommandCheck),
]);
