import { type AlertRow, type Ctx, inTransaction, type Question, runStatements } from '../store/index.ts';
import { type Claim, findStalled, leaseWaiting, type Said, toLeased } from './queries-claim.ts';
import { describeMove } from './queries-moves.ts';
import { releaseStalled } from './release.ts';
import type { AlertFilters } from './types.ts';

export type ClaimRequest = {
  owner: string;
  limit: number;
  leaseMs: number;
  /** Only alerts first seen within it; null: however old. */
  windowMs: number | null;
  maxAttempts: number;
  filters?: AlertFilters;
  /** Whether it also gets what the supervisor is done with and leaves to others; default: no. */
  takesLeft?: boolean;
  /** Whether the leases may be lost where the machine fails: nobody is told of them; default: no. */
  mayBeLost?: boolean;
};

/**
 * Leases waiting alerts to one owner, the most severe first, then the oldest; no two claimers ever get the same. Failed
 * ones that are due are put back first, and those whose lease has ended, on PostgreSQL as far as their turn has come. Opens a
 * transaction; answers [] when none waits.
 */
export async function claimAlerts(ctx: Ctx, request: ClaimRequest): Promise<AlertRow[]> {
  return (await claimAndAsk(ctx, request, { statements: [], read: () => null })).alerts;
}

/** The same, and in the same round trip what a question answers. */
export async function claimAndAsk<Answer>(
  ctx: Ctx,
  request: ClaimRequest,
  question: Question<Answer>,
): Promise<Claimed<Answer>> {
  const first = await tryClaim(ctx, request, question, 'unless any is stalled');
  // What it has leased says that nothing was stalled: only who got nothing has to look.
  if (first.alerts.length > 0 || (await takeBackStalled(ctx, request.maxAttempts)) === null) return first;
  return tryClaim(ctx, request, question, 'anyhow');
}

/** Puts alerts back whose lease has ended, and failed ones that are due, where there are any; answers how many, null: none were there. */
export async function takeBackStalled(ctx: Ctx, maxAttempts: number): Promise<number | null> {
  // By itself a read waits where others read slowly, and a claim must not.
  const found = await inTransaction(ctx, (ctx) => runStatements(ctx, findStalled(ctx, ctx.clock.now())));
  return found.some((rows) => rows.length > 0) ? releaseStalled(ctx, maxAttempts) : null;
}

type Claimed<Answer> = { alerts: AlertRow[]; answer: Answer };

/** One message to the database, and one statement: lease what waits, with the events of it. */
async function tryClaim<Answer>(
  ctx: Ctx,
  request: ClaimRequest,
  question: Question<Answer>,
  when: Claim['when'],
): Promise<Claimed<Answer>> {
  const nowMs = ctx.clock.now();
  const claim: Claim = {
    owner: request.owner,
    leaseToken: ctx.ids.uuid(),
    limit: request.limit,
    when,
    lockUntilMs: nowMs + request.leaseMs,
    nowMs,
    event: describeMove(ctx, 'claimed', null),
    sinceMs: request.windowMs === null ? null : nowMs - request.windowMs,
    filters: request.filters ?? {},
    takesLeft: request.takesLeft ?? false,
  };
  const [rows, ...asked] = await runStatements(ctx, [leaseWaiting(ctx, claim), ...question.statements], {
    mayBeLost: request.mayBeLost ?? false,
  });
  const alerts = toLeased(claim, (rows ?? []) as Said[]);
  return { alerts: alerts.sort(bySeverityThenAge), answer: question.read(asked) };
}

function bySeverityThenAge(a: AlertRow, b: AlertRow): number {
  return a.severity_rank - b.severity_rank || (a.alert_ref < b.alert_ref ? -1 : 1);
}
