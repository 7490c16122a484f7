import { hash } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { isStorable } from '../core/text.ts';
import { decideGithubTrigger, type GithubFacts } from '../jobs/index.ts';
import { inTransaction } from '../store/index.ts';
import { decideRepeat, insertReceipt, selectReceipt } from '../webhooks/index.ts';
import type { FlowCtx } from './context.ts';
import { openRuns } from './trigger-runs.ts';

/** A delivery that GitHub signed. */
export type GithubDelivery = { id: string; event: string; payload: string };

/** What became of a delivery, as it is answered. */
export type GithubAnswer = { status: 'started'; run_ids: string[] } | { status: 'ignored'; reason: string };

const webhook = 'github';

/**
 * Takes a delivery of GitHub: asks for runs of the profiles that wait for it, and notes it, in one transaction. The same
 * again is answered the same and starts nothing; what failed or was ignored is noted nowhere and may be sent again. Throws
 * VALIDATION_ERROR for what is no payload, CONFLICT for another one under an id that started runs.
 */
export function receiveGithub(
  ctx: FlowCtx,
  { id, event, payload }: GithubDelivery,
): Promise<{ answer: GithubAnswer; isRepeat: boolean }> {
  const { repo, prNumber, action } = readPayload(payload);
  const receipt = { webhook, delivery_key: hash('sha256', id), body_hash: hash('sha256', payload) };
  return inTransaction(ctx, async (ctx) => {
    const before = await findBefore(ctx, receipt);
    if (before) return { answer: before, isRepeat: true };
    const by = { source: 'webhook', key: `github:${receipt.delivery_key}`, payload, repo, prNumber } as const;
    const { profiles, reason } = choose(ctx, { event, action, repository: repo });
    const runs = await openRuns(ctx, profiles, by);
    if (runs.length === 0) {
      // The same delivery in another process waited for these runs too, and was first.
      const meanwhile = profiles.length > 0 ? await findBefore(ctx, receipt) : null;
      if (meanwhile) return { answer: meanwhile, isRepeat: true };
      return { answer: { status: 'ignored', reason }, isRepeat: false };
    }
    const answer: GithubAnswer = { status: 'started', run_ids: runs.map(({ run_id }) => run_id) };
    await insertReceipt(ctx, {
      ...receipt,
      answers: JSON.stringify(answer),
      received_at: ctx.clock.now(),
    });
    return { answer, isRepeat: false };
  });
}

type Receipt = { webhook: string; delivery_key: string; body_hash: string };

async function findBefore(ctx: FlowCtx, receipt: Receipt): Promise<GithubAnswer | null> {
  const known = await selectReceipt(ctx, webhook, receipt.delivery_key);
  if (known === null) return null;
  if (decideRepeat(known.body_hash, receipt.body_hash) === 'same_delivery') return JSON.parse(known.answers);
  throw new AppError('CONFLICT', 'a delivery with this id and another body was taken already', {
    details: { reason: 'other_body' },
  });
}

/** Answers the profiles that a delivery starts; `reason` says why it starts none. */
function choose({ config }: FlowCtx, facts: GithubFacts) {
  const decided = config.jobs.profiles.map((profile) => ({
    profile,
    ...decideGithubTrigger(profile, facts),
  }));
  const profiles = decided.filter(({ start }) => start).map(({ profile }) => profile);
  const asked = decided.filter(({ reason }) => reason !== 'not_asked_for');
  const closest = ['other_repository', 'other_event', 'disabled'].find((word) =>
    asked.some(({ reason }) => reason === word),
  );
  return { profiles, reason: closest ?? 'not_asked_for' };
}

type Facts = { repo: string | null; prNumber: number | null; action: string | null };

function readPayload(text: string): Facts {
  const body = parse(text);
  if (!isMap(body)) throw new AppError('VALIDATION_ERROR', 'the body is no JSON object, as GitHub sends it');
  const { repository, action, pull_request, number } = body;
  const repo = isMap(repository) ? readText(repository.full_name) : null;
  const given = isMap(pull_request) ? (pull_request.number ?? number) : null;
  return { repo, prNumber: isPrNumber(given) ? given : null, action: readText(action) };
}

function isPrNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller says what it is not
  }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 200 && isStorable(value) ? value : null;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
