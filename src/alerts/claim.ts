import { type AlertRow, type Ctx, type Question, runStatements } from '../store/index.ts';
import { type Claim, findStalled, leaseWaiting } from './queries-claim.ts';
import { recordLeased } from './queries-lease.ts';
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
 * Leases waiting alerts to one owner, the most severe first, then the oldest; no two claimers ever get the same. Alerts
 * whose lease has ended and failed ones that are due are put back first. Opens a transaction; answers [] when none waits.
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
  if (!first.stalled) return first;
  await releaseStalled(ctx, request.maxAttempts);
  return tryClaim(ctx, request, question, 'anyhow');
}

type Claimed<Answer> = { alerts: AlertRow[]; answer: Answer };

/** One message to the database: is anything stalled, lease what waits, write the events. */
async function tryClaim<Answer>(
  ctx: Ctx,
  request: ClaimRequest,
  question: Question<Answer>,
  when: Claim['when'],
): Promise<Claimed<Answer> & { stalled: boolean }> {
  const nowMs = ctx.clock.now();
  const leaseToken = ctx.ids.uuid();
  const lockUntilMs = nowMs + request.leaseMs;
  const claim = leaseWaiting(ctx, {
    owner: request.owner,
    leaseToken,
    limit: request.limit,
    when,
    lockUntilMs,
    nowMs,
    sinceMs: request.windowMs === null ? null : nowMs - request.windowMs,
    filters: request.filters ?? {},
    takesLeft: request.takesLeft ?? false,
  });
  const event = {
    eventId: ctx.ids.ulid(),
    actor: ctx.actor.name,
    nowMs,
    reason: 'claimed',
    note: null,
    requestId: ctx.requestId,
  };
  const record = recordLeased(ctx, { leaseToken, lockUntilMs }, { from: 'new', to: 'processing' }, event);
  const statements = [...findStalled(ctx, nowMs), claim, record, ...question.statements];
  const [lost, due, rows, , ...asked] = await runStatements(ctx, statements, {
    mayBeLost: request.mayBeLost ?? false,
  });
  const stalled = (lost?.length ?? 0) + (due?.length ?? 0) > 0;
  const alerts = ((rows ?? []) as AlertRow[]).sort(bySeverityThenAge);
  return { alerts, answer: question.read(asked), stalled };
}

function bySeverityThenAge(a: AlertRow, b: AlertRow): number {
  return a.severity_rank - b.severity_rank || (a.alert_ref < b.alert_ref ? -1 : 1);
}
