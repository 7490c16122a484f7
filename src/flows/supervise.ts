import { lapseAlerts } from '../alerts/index.ts';
import { hasPassed } from '../core/clock.ts';
import { isDatabaseUnavailable } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { createGiveWay } from './give-way.ts';
import { createInhibitorNotes } from './note-inhibitors.ts';
import { reportDead, reportStorm } from './report-own-trouble.ts';
import { createHolderReview } from './review-holders.ts';
import { createClimbing } from './supervise-climb.ts';
import { escalate } from './supervise-escalate.ts';
import { tellHealed } from './supervise-healed.ts';
import { superviseOnce } from './supervise-pass.ts';
import { tellAgain } from './supervise-repeat.ts';
import { resolveHealed } from './supervise-resolve.ts';
import { tendSilent } from './supervise-silent.ts';
import { runTriages } from './supervise-triage.ts';
import { createTakingBack } from './take-back.ts';

const sweepEveryMs = 1_000;
/** How long passes stay careful after one that began incidents or put alerts off. */
const carefulForMs = 60_000;
/** Well within the time for which the alert of a storm lives. */
const stormToldEveryMs = 60_000;

export type Supervisor = {
  start(): void;
  /** Resolves when the pass that is under way has ended. */
  stop(): Promise<void>;
  /** Does one pass and one sweep; answers whether there was work. */
  tick(): Promise<boolean>;
};

export type SupervisorDeps = {
  /** Asked anew for every pass, so that a reloaded configuration is in force at once. */
  makeCtx(): FlowCtx;
  /** Names this worker in leases. */
  owner: string;
  /** Hears of each pass over new alerts that went well. */
  onPass?(): void;
  /** Hears of each look at what time brings that went well. */
  onSweep?(): void;
};

/**
 * Answers the loop that makes alerts heard: it claims what waits, turns it into incidents and messages, and sees to what
 * time alone brings: promises that lapse, triages that wait, ends to be told, incidents that are over.
 */
export function createSupervisor({ makeCtx, owner, onPass, onSweep }: SupervisorDeps): Supervisor {
  const stopping = new AbortController();
  let running: Promise<unknown> | null = null;
  let beganAt = Number.NEGATIVE_INFINITY;
  let stormToldAt = Number.NEGATIVE_INFINITY;
  let wasSpent = false;
  const chores = {
    'take back what was lost': createTakingBack(),
    ...statelessChores,
    'note what inhibits others': createInhibitorNotes(),
    'let go what nothing holds': createHolderReview(),
    'tell what nobody acknowledges': createClimbing(),
  };

  /** Small passes put nothing off; that one after the other is spent shows the storm. */
  const tellStorm = async (ctx: FlowCtx, spent: boolean) => {
    const isStorm = spent && wasSpent && hasPassed(stormToldEveryMs, stormToldAt, ctx.clock.now());
    wasSpent = spent;
    if (!isStorm) return;
    stormToldAt = ctx.clock.now();
    await reportStorm(ctx);
  };

  const pass = async (ctx: FlowCtx) => {
    const endTimer = ctx.metrics.supervisorPassSeconds.startTimer();
    // In a flood the valves open again with every pass: small ones, at once one after the other, keep nobody waiting.
    const careful = !hasPassed(carefulForMs, beganAt, ctx.clock.now());
    const result = await superviseOnce(ctx, owner, careful);
    if (result.began || result.putOff) beganAt = ctx.clock.now();
    if (result.claimed > 0) endTimer();
    await tellStorm(ctx, result.spent);
    return result;
  };

  /** Works until the end, and rests where there is nothing left; whatever fails, the leases run out and the work comes round again. */
  const repeat = async (work: (ctx: FlowCtx) => Promise<Done>, rest: (ctx: FlowCtx) => Promise<void>) => {
    const giveWay = createGiveWay();
    while (!stopping.signal.aborted) {
      const ctx = makeCtx();
      try {
        const startedAt = ctx.clock.now();
        const { isDone, isUrgent } = await work(ctx);
        await giveWay(ctx, { tookMs: ctx.clock.now() - startedAt, isUrgent }, stopping.signal);
        if (isDone) await rest(ctx);
      } catch (error) {
        ctx.log.error({ tag: 'alert', err: error }, '[alert] a pass of the supervisor failed');
        await ctx.clock.wait(sweepEveryMs, stopping.signal);
      }
    }
  };

  const tellNew = () =>
    repeat(
      async (ctx) => {
        const { full, urgent } = await pass(ctx);
        onPass?.();
        return { isDone: !full, isUrgent: urgent };
      },
      (ctx) => waitForAlerts(ctx, ctx.config.policy.defaults.pollIntervalMs, stopping.signal),
    );

  const tellWhatTimeBrings = () =>
    repeat(
      async (ctx) => {
        await sweep(ctx, chores);
        onSweep?.();
        return { isDone: true, isUrgent: true };
      },
      (ctx) => ctx.clock.wait(sweepEveryMs, stopping.signal),
    );

  return {
    start() {
      // Side by side: what is new is told at once, however much time has brought.
      running ??= Promise.all([tellNew(), tellWhatTimeBrings()]);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    async tick() {
      const ctx = makeCtx();
      const { claimed } = await pass(ctx);
      return (await sweep(ctx, chores)) || claimed > 0;
    },
  };
}

/** Whether more is left to do at once, and whether it had to do with incidents. */
type Done = { isDone: boolean; isUrgent: boolean };

type Chores = Readonly<Record<string, (ctx: FlowCtx) => Promise<number>>>;

const statelessChores: Chores = {
  'end alerts that lapsed': async (ctx) => (await lapseAlerts(ctx)).length,
  'work on triages': runTriages,
  'report the dead': reportDead,
  'tell ends': tellHealed,
  'escalate what keeps coming back': escalate,
  'resolve incidents': resolveHealed,
  'tend silent incidents': tendSilent,
  'tell again what goes on': tellAgain,
};

/** Sees to what nobody reports; answers whether there was something. One chore that fails keeps none of the others. */
async function sweep(ctx: FlowCtx, chores: Chores): Promise<boolean> {
  let done = 0;
  for (const [name, chore] of Object.entries(chores)) {
    try {
      done += await chore(ctx);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      ctx.log.error({ tag: 'alert', err: error }, `[alert] could not ${name}; it is tried again`);
    }
  }
  return done > 0;
}

/** Rests until the doorbell rings or the time is over. */
async function waitForAlerts(ctx: FlowCtx, restMs: number, stopping: AbortSignal): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stopping, over.signal]);
  await Promise.race([ctx.signals.alerts.wait(signal), ctx.clock.wait(restMs, signal)]);
  // Without a reason an error is made for nobody, with the stack that it comes from.
  over.abort('over');
}
