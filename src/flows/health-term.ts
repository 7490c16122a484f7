import type { Prober } from '../checks/index.ts';
import { type LeaseClaim, renewLease, returnLease, takeLease } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { reconcileComponents } from './health-reconcile.ts';
import { checksLease } from './health-record.ts';

const leaseMs = 15_000;

/** A time in which this process holds the lease, with the prober that runs the checks meanwhile. */
type Term = {
  claim: LeaseClaim;
  untilMs: number;
  prober: Prober;
  abort: AbortController;
  /** Whether what is kept is in line with the configuration. */
  isReconciled: boolean;
};

export type TenureDeps = {
  makeCtx(): FlowCtx;
  holder: string;
  /** Hears of each look at the lease that went well, whoever holds it. */
  onRound(): void;
  /** Answers a prober that takes its checks; what it finds is kept under the token and no other. */
  openProber(leaseToken: string, signal: AbortSignal): Prober;
};

/** The terms in which this process, and no other, runs the checks. */
export type Tenure = {
  /** Takes or renews the lease, and answers the prober of the term; null: another process runs the checks. */
  hold(): Promise<Prober | null>;
  /** Ends the term, and answers how to hand the work on once its last results are kept. */
  end(): Promise<() => Promise<void>>;
  /** Takes the configuration in force. */
  reload(): Promise<void>;
  isHolder(): boolean;
};

/** Answers the terms of this process; none has begun. */
export function createTenure({ makeCtx, holder, onRound, openProber }: TenureDeps): Tenure {
  let term: Term | null = null;

  const begin = async (ctx: FlowCtx): Promise<void> => {
    const claim = { name: checksLease, holder, token: ctx.ids.uuid(), leaseMs };
    const untilMs = ctx.clock.now() + leaseMs;
    if (!(await takeLease(ctx, claim))) return;
    const abort = new AbortController();
    term = { claim, untilMs, prober: openProber(claim.token, abort.signal), abort, isReconciled: false };
    ctx.log.info({ tag: 'check', holder }, '[check] this process runs the checks');
  };
  const end = async () => {
    const ended = term;
    term = null;
    ended?.abort.abort();
    await ended?.prober.stop();
    return async () => {
      if (ended) await returnLease(makeCtx(), ended.claim);
    };
  };
  const renew = async (ctx: FlowCtx, held: Term): Promise<void> => {
    const untilMs = ctx.clock.now() + leaseMs;
    if (await renewLease(ctx, held.claim)) {
      held.untilMs = untilMs;
      return;
    }
    ctx.log.warn({ tag: 'check', holder }, '[check] another process runs the checks now');
    await end();
  };

  return {
    end,
    async hold() {
      const ctx = makeCtx();
      try {
        if (term) await renew(ctx, term);
        if (!term) await begin(ctx);
        onRound();
      } catch (err) {
        // A database that is away costs the term only when its time is over.
        ctx.log.error({ tag: 'check', err }, '[check] the lease of the checks is out of reach; trying again');
        if (term && ctx.clock.now() >= term.untilMs) await end();
      }
      if (term) await reconcile(ctx, term);
      return term?.prober ?? null;
    },
    async reload() {
      if (!term) return;
      term.prober.reload();
      term.isReconciled = false;
      await reconcile(makeCtx(), term);
    },
    isHolder: () => term !== null,
  };
}

async function reconcile(ctx: FlowCtx, term: Term): Promise<void> {
  if (term.isReconciled) return;
  term.isReconciled = true;
  try {
    await reconcileComponents(ctx);
  } catch (err) {
    term.isReconciled = false;
    ctx.log.error(
      { tag: 'check', err },
      '[check] what is not watched any more cannot be ended; trying again',
    );
  }
}
