import { isPreset, keyVariableOf } from '../config/presets.ts';
import { isSecretName, redactText } from '../config/redact.ts';
import type { CheckConfig } from '../config/types.ts';
import { type Condition, parseCondition, type SubjectName, subjectsByKind } from '../core/condition.ts';
import { conditionHolds, showCondition } from '../core/evaluate-condition.ts';
import type { Answer, CheckOutcome, Failure, ReasonCode } from './types.ts';

const maxDetailLength = 200;
/** What a detail is cut to before its secrets are looked for: far beyond what is shown, far below what would cost time. */
const maxSearchedLength = 4096;

/** A service that answers too many requests is up, and of no use for now. */
const answersUnlessLimited: Defaults = {
  subject: 'status',
  down: ['status in [200, 429]'],
  degraded: ['status == 200'],
};

/** What must hold where a check's own conditions say nothing about the subject. */
const defaultsByKind: Readonly<Record<CheckConfig['kind'], readonly Defaults[]>> = {
  http: [{ subject: 'status', down: ['status < 400'], degraded: [] }],
  tcp: [],
  command: [{ subject: 'exit_code', down: ['exit_code in [0, 1]'], degraded: ['exit_code == 0'] }],
  anthropic: [answersUnlessLimited],
  openai: [answersUnlessLimited],
  deepgram: [answersUnlessLimited],
  typesense: [
    { subject: 'status', down: ['status == 200'], degraded: [] },
    { subject: 'body', down: ['body.ok == true'], degraded: [] },
  ],
  // A document may be missing; a project or a database that is missing is told in other words.
  firestore: [
    {
      subject: 'status',
      down: ['status in [200, 404, 429]', 'status != 404 or body.error.message contains Document'],
      degraded: ['status != 429'],
    },
  ],
};

type Defaults = { subject: SubjectName; down: readonly string[]; degraded: readonly string[] };

/** A JSON Web Token (RFC 7519): whoever holds one may use it. */
const webToken = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g;

const reasonsBySubject: Readonly<Partial<Record<SubjectName, ReasonCode>>> = {
  status: 'status_mismatch',
  exit_code: 'exit_code',
};

/** Judges what a check found, by its conditions. */
export type Judge = {
  /** The subjects that the conditions ask about. */
  subjects: ReadonlySet<SubjectName>;
  judgeAnswer(answer: Answer): CheckOutcome;
  judgeFailure(failure: Failure, latencyMs: number): CheckOutcome;
};

/** Answers the judge of a check; throws VALIDATION_ERROR where a condition makes no sense. Conditions are asked in order: those for down, then those for degraded; the first that fails is the reason. */
export function createJudge(check: CheckConfig): Judge {
  const { down, degraded } = readConditions(check);
  const hide = createHide(check);
  const fail = (status: 'down' | 'degraded', condition: Condition, { facts }: Answer): CheckOutcome => {
    const reason = reasonFor(condition);
    const shown = showCondition(condition, facts, hide);
    const cause = hide(findCause(check, reason, facts));
    const detail = cause === '' ? shown : `${shown}: ${cause}`;
    return { status, reason, detail: cutDetail(detail), latencyMs: facts.latencyMs };
  };
  const judgeFailure: Judge['judgeFailure'] = ({ status, reason, detail }, latencyMs) => ({
    status,
    reason,
    detail: cutDetail(hide(detail)),
    latencyMs,
  });
  return {
    subjects: new Set([...down, ...degraded].flatMap(subjectsOf)),
    judgeFailure,
    judgeAnswer(answer) {
      if (answer.failure) return judgeFailure(answer.failure, answer.facts.latencyMs);
      for (const [status, conditions] of [
        ['down', down],
        ['degraded', degraded],
      ] as const) {
        for (const condition of conditions) {
          if (!conditionHolds(condition, answer.facts)) return fail(status, condition, answer);
        }
      }
      return { status: 'ok', reason: null, detail: null, latencyMs: answer.facts.latencyMs };
    },
  };
}

function readConditions(check: CheckConfig): { down: Condition[]; degraded: Condition[] } {
  const parse = (text: string) => parseCondition(text, subjectsByKind[check.kind]);
  const down = check.conditions.map(parse);
  const degraded = check.degraded.map(parse);
  const own = new Set(down.flatMap(subjectsOf));
  const defaults = defaultsByKind[check.kind].filter(({ subject }) => !own.has(subject));
  return {
    down: [...defaults.flatMap((one) => one.down.map(parse)), ...down],
    degraded: [...defaults.flatMap((one) => one.degraded.map(parse)), ...degraded],
  };
}

function subjectsOf(condition: Condition): SubjectName[] {
  return condition.alternatives.map(({ subject }) => subject.name);
}

function reasonFor(condition: Condition): ReasonCode {
  const [first, ...others] = new Set(subjectsOf(condition));
  const reason = first === undefined || others.length > 0 ? undefined : reasonsBySubject[first];
  return reason ?? 'condition_failed';
}

/** Answers what the target says of the reason, or what it means; empty where there is nothing to add. */
function findCause(check: CheckConfig, reason: ReasonCode, { output, status }: Answer['facts']): string {
  if (reason === 'exit_code') return output ?? '';
  const isRefused = reason === 'status_mismatch' && (status === 401 || status === 403);
  return isRefused && isPreset(check) ? `the key in ${keyVariableOf(check)} is refused` : '';
}

/** Answers a function that takes the check's own secrets, and whatever looks like one, out of a text. */
function createHide(check: CheckConfig): (text: string) => string {
  const secrets = secretsOf(check)
    .filter((secret) => secret.length >= 4)
    // A value that is no text is shown as JSON, which writes quotes in another way.
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (text) => {
    let hidden = text.slice(0, maxSearchedLength);
    for (const secret of secrets) hidden = hidden.replaceAll(secret, '[redacted]');
    return redactText(hidden.replace(webToken, '[redacted]'));
  };
}

function secretsOf(check: CheckConfig): string[] {
  switch (check.kind) {
    case 'http': {
      const url = new URL(check.url);
      const values = [...Object.entries(check.headers), ...url.searchParams];
      return [decodeURIComponent(url.password), ...valuesOfSecrets(values)];
    }
    case 'command':
      return valuesOfSecrets(Object.entries(check.env));
    case 'tcp':
      return [];
    case 'firestore':
      // What is sent is made anew for each run.
      return [];
    default:
      return [check.apiKey ?? ''];
  }
}

function valuesOfSecrets(entries: readonly (readonly [string, string])[]): string[] {
  return entries.filter(([name]) => isSecretName(name)).map(([, value]) => value);
}

function cutDetail(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxDetailLength ? `${line.slice(0, maxDetailLength - 1)}…` : line;
}
