import { type CheckOutcome, createProber, type Prober } from '../checks/index.ts';
import type { CheckConfig } from '../config/types.ts';
import { type LeaseClaim, renewLease, returnLease, takeLease } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { reconcileComponents } from './health-reconcile.ts';
import { checksLease, createProbeRecorder, type ProbeRecorder } from './health-record.ts';
import { createUpstreamProbes } from './health-upstreams.ts';

const leaseMs = 15_000;
const renewMs = 5000;
/** A bound on sockets and children: a thousand targets that hang leave room for the others. */
const maxConcurrent = 1000;

export type ProbingDeps = {
  /** Asked anew for every round and every commit, so that the configuration in force counts. */
  makeCtx(): FlowCtx;
  /** Names this process to people who look at the lease. */
  holder: string;
};

/** The loop that watches the components: of all processes that run it, one at a time does the work. */
export type Probing = {
  start(): void;
  /** Aborts what runs, keeps what has its answer, and hands the work on. */
  stop(): Promise<void>;
  /** Takes or renews the lease and, where it is held, runs the checks that are due to their end; answers whether there were any. */
  tick(): Promise<boolean>;
  /** Takes the configuration in force. */
  reload(): Promise<void>;
  /** Whether this process is the one that runs the checks. */
  isHolder(): boolean;
};

/** A time in which this process holds the lease. */
type Term = { claim: LeaseClaim; untilMs: number; prober: Prober; abort: AbortController };

/** Answers the loop that runs the scheduled checks and keeps their results, from health to alert. */
export function createProbing({ makeCtx, holder }: ProbingDeps): Probing {
  const recorder = createProbeRecorder(makeCtx);
  const stopping = new AbortController();
  let term: Term | null = null;
  let loop: Promise<void> | null = null;
  let isLooping = false;
  /** Taken, while the term is not yet begun. */
  let taken: LeaseClaim | null = null;

  const begin = async (ctx: FlowCtx): Promise<void> => {
    const untilMs = ctx.clock.now() + leaseMs;
    const claim = taken ?? { name: checksLease, holder, token: ctx.ids.uuid(), leaseMs };
    taken = (await (taken ? renewLease : takeLease)(ctx, claim)) ? claim : null;
    if (!taken) return;
    await reconcileComponents(ctx);
    taken = null;
    const abort = new AbortController();
    const prober = createTermProber({ makeCtx, recorder, leaseToken: claim.token, signal: abort.signal });
    term = { claim, untilMs, prober, abort };
    if (isLooping) prober.start();
    else prober.reload();
    ctx.log.info({ tag: 'check', holder }, '[check] this process runs the checks');
  };
  const end = async (): Promise<void> => {
    const ended = term;
    term = null;
    ended?.abort.abort();
    await ended?.prober.stop();
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
  /** One round of the lease. A database that is away costs the lease only when its time is over. */
  const hold = async (): Promise<void> => {
    const ctx = makeCtx();
    try {
      if (term) await renew(ctx, term);
      if (!term) await begin(ctx);
    } catch (err) {
      ctx.log.error(
        { tag: 'check', err },
        '[check] the lease of the checks cannot be taken or renewed; trying again',
      );
      if (term && ctx.clock.now() >= term.untilMs) await end();
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await hold();
      await makeCtx().clock.wait(renewMs, stopping.signal);
    }
  };

  return {
    start() {
      isLooping = true;
      loop ??= run();
    },
    async stop() {
      stopping.abort();
      await loop;
      const claim = term?.claim ?? taken;
      await end();
      await recorder.idle();
      if (claim) await returnLease(makeCtx(), claim);
    },
    async tick() {
      await hold();
      return term !== null && (await term.prober.tick()) > 0;
    },
    async reload() {
      if (!term) return;
      term.prober.reload();
      await reconcileComponents(makeCtx());
    },
    isHolder: () => term !== null,
  };
}

type TermDeps = { makeCtx(): FlowCtx; recorder: ProbeRecorder; leaseToken: string; signal: AbortSignal };

/** Answers the prober of one term; its results are kept under the term's token and no other. */
function createTermProber({ makeCtx, recorder, leaseToken, signal }: TermDeps): Prober {
  const take = async (componentId: string, check: CheckConfig, outcome: CheckOutcome) => {
    const ctx = makeCtx();
    const at = ctx.clock.now();
    const labels = { component: componentId, check: check.name };
    ctx.metrics.checks.inc({ ...labels, status: outcome.status });
    ctx.metrics.checkDurationSeconds.observe(labels, outcome.latencyMs / 1000);
    const isUpstreamDown = await upstreams.findDown(componentId, check, outcome);
    await recorder.record({ componentId, check, outcome, at, isUpstreamDown }, leaseToken);
  };
  const upstreams = createUpstreamProbes({ makeCtx, take, signal });
  const { clock, log } = makeCtx();
  return createProber({
    clock,
    log,
    maxConcurrent,
    checks: () =>
      makeCtx().config.components.flatMap(({ id, checks }) =>
        checks.map((check) => ({ componentId: id, check })),
      ),
    onOutcome: take,
  });
}
