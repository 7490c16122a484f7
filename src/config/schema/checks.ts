import { z } from 'zod';
import { parseCondition, subjectsByKind } from '../../core/condition.ts';
import { AppError } from '../../core/errors.ts';
import type { CheckTarget } from '../types.ts';
import {
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
const shortestIntervalMs = 100;

const interval = z
  .union([z.string(), z.literal(0)], { error: `${durationExpected}, or on_demand` })
  .transform((word, ctx) =>
    word === 'on_demand' ? null : readDuration(word, { minMs: shortestIntervalMs, maxMs: 2 ** 31 - 1 }, ctx),
  );

function commonShape(kind: CheckKind) {
  const condition = conditionFor(kind);
  return {
    name: slug.describe('Name of the check, unique in its component.'),
    interval: interval.prefault('30s').describe('How often it runs; on_demand: only when asked.'),
    timeout: timerDuration(1).prefault('5s').describe('An answer after this is not awaited.'),
    retries: wholeNumber.min(0).max(10).default(1).describe('Further tries before a failure counts.'),
    failures_to_down: wholeNumber.min(1).max(1000).default(2),
    successes_to_recover: wholeNumber.min(1).max(1000).default(2),
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
    cacheMs: Math.round(raw.cache_seconds * 1000),
    conditions: raw.conditions,
    degraded: raw.degraded,
  };
}

const method = z.string().regex(/^[A-Za-z]{1,20}$/, { error: 'an HTTP method such as GET' });

const httpCheck = section({
  ...commonShape('http'),
  kind: z.literal('http'),
  url: httpUrl,
  method: method.default('GET'),
  headers: headers.default({}),
  body: z.string().optional(),
  follow_redirects: z.boolean().default(true),
  tls_verify: z.boolean().default(true).describe('Whether the certificate must be valid.'),
}).transform((raw) => ({
  ...toCommon(raw),
  kind: raw.kind,
  url: raw.url,
  method: raw.method.toUpperCase(),
  headers: raw.headers,
  body: raw.body ?? null,
  followRedirects: raw.follow_redirects,
  tlsVerify: raw.tls_verify,
}));

const tcpCheck = section({
  ...commonShape('tcp'),
  kind: z.literal('tcp'),
  host: text,
  port: wholeNumber.min(1).max(65_535),
  send: text.optional().describe('Text that is sent after connecting.'),
  expect: text.optional().describe('Text that the answer must contain.'),
}).transform((raw) => ({
  ...toCommon(raw),
  kind: raw.kind,
  host: raw.host,
  port: raw.port,
  send: raw.send ?? null,
  expect: raw.expect ?? null,
}));

const commandCheck = section({
  ...commonShape('command'),
  kind: z.literal('command'),
  command: z.array(z.string()).min(1).describe('Program and arguments; no shell reads them.'),
  env: textMap.default({}).describe('Added to the environment of Tocsin.'),
  cwd: text.default('.').describe('Folder it runs in, from the folder of this file.'),
}).transform((raw) => ({ ...toCommon(raw), kind: raw.kind, argv: raw.command, env: raw.env, cwd: raw.cwd }));

/** An entry of `checks:` of a component, as its `kind` has it. */
export const checkSchema = z.discriminatedUnion('kind', [httpCheck, tcpCheck, commandCheck]);
