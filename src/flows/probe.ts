import { createProber, type Prober } from '../checks/index.ts';
import type { CheckConfig, ComponentConfig } from '../config/types.ts';
import { isFailing } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import type { Probed } from './health-fold.ts';
import { createGuard, type Guard } from './health-guard.ts';
import { createProbeRecorder, type ProbeRecorder } from './health-record.ts';
import { createTenure } from './health-term.ts';
import { createUpstreamProbes, type UpstreamProbes, wouldChange } from './health-upstreams.ts';

const renewMs = 5000;
/** A bound on sockets and children: a thousand targets that hang leave room for the others. */
const maxConcurrent = 1000;

export type ProbingDeps = {
  /** Asked anew for every round and every commit, so that the configuration in force counts. */
  makeCtx(): FlowCtx;
  /** Names this process to people who look at the lease. */
  holder: string;
  /** Hears of each look at the lease that went well, whoever holds it. */
  onRound?(): void;
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

/** Answers the loop that runs the scheduled checks and keeps their results, from health to alert. */
export function createProbing({ makeCtx, holder, onRound = () => {} }: ProbingDeps): Probing {
  const recorder = createProbeRecorder(makeCtx);
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;
  let isLooping = false;
  const tenure = createTenure({
    makeCtx,
    holder,
    onRound,
    openProber(leaseToken, signal) {
      const prober = createTermProber({ makeCtx, recorder, leaseToken, signal });
      // Where nobody loops, `tick` runs what is due.
      if (isLooping) prober.start();
      else prober.reload();
      return prober;
    },
  });
  const run = async () => {
    while (!stopping.signal.aborted) {
      await tenure.hold();
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
      const handOn = await tenure.end();
      await recorder.idle();
      await handOn();
    },
    async tick() {
      const prober = await tenure.hold();
      return prober !== null && (await prober.tick()) > 0;
    },
    reload: tenure.reload,
    isHolder: tenure.isHolder,
  };
}

type TermDeps = { makeCtx(): FlowCtx; recorder: ProbeRecorder; leaseToken: string; signal: AbortSignal };

/** What the plan of checks has the guard under; no component has such an id. */
const guardId = '';

/** Answers the prober of one term; its results are kept under the term's token and no other. */
function createTermProber(deps: TermDeps): Prober {
  const { makeCtx, signal } = deps;
  const { clock, log } = makeCtx();
  const guard = createGuard({ makeCtx, signal });
  const keep = (run: WeighedRun) => keepOutcome(deps, { guard, upstreams }, run);
  const upstreams = createUpstreamProbes({
    makeCtx,
    weigh: (outcome, startedAt) => guard.weigh(outcome, startedAt, async () => true),
    take: (componentId, check, outcome, startedAt) => keep({ componentId, check, outcome, startedAt }),
    signal,
  });
  return createProber({
    clock,
    log,
    maxConcurrent,
    checks: () => listScheduled(makeCtx().config.components, guard.inForce()),
    async onOutcome(componentId, check, found, startedAt) {
      if (componentId === guardId) return guard.take(found, startedAt);
      const isDecisive = () => wouldChange(makeCtx(), componentId, check, found);
      const outcome = await guard.weigh(found, startedAt, isDecisive);
      await keep({ componentId, check, outcome, startedAt });
    },
  });
}

function listScheduled(components: readonly ComponentConfig[], guard: CheckConfig | null) {
  const checks = components.flatMap(({ id, checks }) => checks.map((check) => ({ componentId: id, check })));
  return guard ? [{ componentId: guardId, check: guard }, ...checks] : checks;
}

type WeighedRun = Pick<Probed, 'componentId' | 'check' | 'outcome'> & { startedAt: number };

async function keepOutcome(
  { makeCtx, recorder, leaseToken, signal }: TermDeps,
  { guard, upstreams }: { guard: Guard; upstreams: UpstreamProbes },
  { startedAt, ...run }: WeighedRun,
): Promise<void> {
  const { componentId, check } = run;
  const isUpstreamDown = await upstreams.findDown(componentId, check, run.outcome);
  // To look at upstreams may have shown that it is Tocsin that is offline.
  const outcome = await guard.weigh(run.outcome, startedAt, async () => false);
  const { clock, metrics } = makeCtx();
  const labels = { component: componentId, check: check.name };
  metrics.checks.inc({ ...labels, status: outcome.status });
  metrics.checkDurationSeconds.observe(labels, outcome.latencyMs / 1000);
  // Whose failure it is nobody has found out.
  if (signal.aborted && isFailing(outcome.status)) return;
  // What it waited for may have taken seconds in which others were kept: steps of a component are in the order of their times.
  await recorder.record({ ...run, outcome, isUpstreamDown, at: clock.now() }, leaseToken);
}
