import type { z } from 'zod';
import { type FieldError, fieldErrors } from '../core/action.ts';
import { builtInKinds } from '../core/alert-kinds.ts';
import { toIso } from '../core/clock.ts';
import { refusedText } from '../core/expected.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { readSeverity } from '../core/severity.ts';
import { toStorable } from '../core/text.ts';
import { defaultTtlMs, findRouteTtl, type TtlRoute } from './dedupe-ttl.ts';
import { readPlainReport } from './read-plain-report.ts';
import { type ReportInput, reportInput } from './types.ts';

const minuteMs = 60_000;
const knownSeverities = 'is none of P0, P1, P2, P3, INFO, nor a word such as critical or warning';

export type ReadReport = { report: AlertReport } | { errors: FieldError[] };

export type ReportDefaults = {
  /** Stands in for a missing `source`. */
  source: string;
  /** Kinds declared beside the built-in ones. */
  kinds: readonly string[];
  /** Routes may say how long a report counts as the same problem that says nothing of it. */
  routes: readonly TtlRoute[];
  nowMs: number;
};

/** Answers the report that a body makes, or every field that is wrong with it. */
export function readReport(raw: unknown, defaults: ReportDefaults): ReadReport {
  const plain = readPlainReport(raw);
  if (plain) return buildReport(plain, defaults);
  const parsed = reportInput.safeParse(raw, { error: refusedText });
  if (parsed.success) return buildReport(parsed.data, defaults);
  const errors = fieldErrors(parsed.error, Object.keys(reportInput.shape));
  return { errors: [...errors, ...judgeRest(raw, parsed.error, defaults)] };
}

/** Answers what is wrong with the fields that the schema takes, beside those that it refuses: all is told at once. */
function judgeRest(raw: unknown, { issues }: z.ZodError, defaults: ReportDefaults): FieldError[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return [];
  const refused = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
    ),
  );
  const taken = Object.entries(raw).filter(([field]) => !refused.has(field));
  const parsed = reportInput.safeParse({ service: 'of no matter', ...Object.fromEntries(taken) });
  if (!parsed.success) return [];
  const couldBeTitle = ['title', 'message', 'summary'].some((field) => refused.has(field));
  return judge(parsed.data, defaults).errors.filter(({ field }) => field !== 'title' || !couldBeTitle);
}

/** What the words of a report mean; null where they mean nothing, with an error that says so. */
type Judged = {
  title: string;
  severity: ReturnType<typeof readSeverity>;
  kind: ReturnType<typeof readKind>;
  errors: FieldError[];
};

function judge(input: ReportInput, { kinds }: ReportDefaults): Judged {
  const errors: FieldError[] = [];
  const title = input.title?.trim() || firstLine(input.summary || input.message || '');
  if (!title)
    errors.push({ field: 'title', message: 'is required (or a message or summary to stand in for it)' });
  const severity = readSeverity(input.severity);
  if (!severity) errors.push({ field: 'severity', message: `"${input.severity}" ${knownSeverities}` });
  const kind = readKind(input.kind, kinds);
  if (!kind) {
    const known = [...builtInKinds, ...kinds].join(', ');
    errors.push({ field: 'kind', message: `"${input.kind}" is not known; known are ${known}` });
  }
  const { started_at: startedAt, ends_at: endsAt } = input;
  // That it is over is taken in any case: who cuts ends to whole seconds may name one before a late start.
  const isOver = input.status === 'resolved';
  if (!isOver && startedAt !== undefined && endsAt !== undefined && endsAt < startedAt) {
    const message = `${toIso(endsAt)} is before started_at, ${toIso(startedAt)}; leave it out where no end is known`;
    errors.push({ field: 'ends_at', message });
  }
  return { title, severity, kind, errors };
}

function buildReport(input: ReportInput, defaults: ReportDefaults): ReadReport {
  const { title, severity, kind, errors } = judge(input, defaults);
  if (errors.length > 0 || !severity || !kind) return { errors };

  const labels = { ...input.labels };
  if (severity.original !== null) labels.original_severity ??= severity.original;
  if (kind.isTest) labels.test = 'true';
  const ended = input.ends_at !== undefined && input.ends_at <= defaults.nowMs;
  const report: AlertReport = {
    service: input.service,
    env: input.env,
    kind: kind.kind,
    severity: severity.severity,
    title,
    message: input.message ?? input.summary ?? null,
    source: input.source ?? defaults.source,
    status: ended ? 'resolved' : input.status,
    startedAt: input.started_at ?? null,
    endsAt: input.ends_at ?? null,
    labels,
    annotations: input.annotations ?? {},
    metrics: input.metrics ?? {},
    evidence: input.evidence ?? null,
    fingerprint: null,
    dedupeTtlMs: null,
  };
  report.dedupeTtlMs = ttlOf(input, report, defaults.routes);
  return { report };
}

/** An `ends_at` is a lease: such an alert lives until it lapses, and no TTL ends it before. */
function ttlOf(input: ReportInput, report: AlertReport, routes: readonly TtlRoute[]): number | null {
  if (input.ends_at !== undefined) return null;
  if (input.dedupe_ttl_minutes !== undefined) return input.dedupe_ttl_minutes * minuteMs;
  return findRouteTtl(routes, report) ?? defaultTtlMs;
}

function readKind(kind: string, declared: readonly string[]): { kind: string; isTest: boolean } | null {
  if (kind === 'test') return { kind: 'custom', isTest: true };
  return builtInKinds.includes(kind) || declared.includes(kind) ? { kind, isTest: false } : null;
}

function firstLine(text: string): string {
  return toStorable(text.trim().split('\n', 1)[0] ?? '', 1000);
}
