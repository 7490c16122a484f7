import { toIso } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { decideHandedTick, nextTickAfter } from '../jobs/index.ts';
import { dropRun, selectQueuedRuns } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';
import { endLostRuns } from './run-lost.ts';
import { runProfile } from './run-profile.ts';
import type { ProfileRequest, RunDeps, RunResult } from './run-types.ts';
import { processStops } from './run-watch.ts';

const lookEveryMs = 1000;
const begunAtOnce = 20;

/** The runs of this process: those that ticks make, and those that were asked for. */
export type RunStarter = Loop & {
  /** Runs a profile to its end, or to the stop of this process. Throws what running throws. */
  run(request: ProfileRequest): Promise<RunResult>;
  /** Ends what dead processes ran, and begins what was asked for; answers whether there was any. */
  tick(): Promise<boolean>;
};

/** Answers what runs profiles in this process; its stop ends them, with all their tasks. */
export function createRunStarter(deps: RunDeps): RunStarter {
  const { ctx } = deps;
  const stopping = new AbortController();
  const going = new Set<Promise<unknown>>();

  const run = (request: ProfileRequest): Promise<RunResult> => {
    const running = runProfile(deps, { ...request, signal: stopping.signal });
    const settled = running.then(
      () => {},
      () => {},
    );
    going.add(settled);
    void settled.then(() => going.delete(settled));
    return running;
  };
  const begin = async (queued: RunRow) => {
    const { profile, source, task: onlyTask } = queued;
    try {
      const lost = explainLostTick(ctx, queued);
      if (lost !== null) {
        await dropRun(ctx, queued, lost, 'cancelled');
        return;
      }
      const result = await run({ profile: profile ?? '', source, scheduledFor: null, onlyTask, queued });
      if (result.outcome === 'disabled') await dropRun(ctx, queued, 'the profile is disabled');
    } catch (error) {
      ctx.log.error({ tag: 'job', run_id: queued.run_id, err: error }, '[job] could not be run');
      await dropRun(ctx, queued, describeError(error)).catch(() => {
        // It is still queued then, and tried again.
      });
    }
  };
  const tick = async () => {
    const lost = await endLostRuns(deps);
    const queued = await selectQueuedRuns(ctx, begunAtOnce);
    for (const run of queued) void begin(run);
    return lost > 0 || queued.length > 0;
  };
  const round = () =>
    tick().catch((err: unknown) => ctx.log.error({ tag: 'job', err }, '[job] could not look for runs'));
  const loop = createLoop({ clock: ctx.clock, round, restMs: lookEveryMs });

  return {
    run,
    tick,
    start: loop.start,
    async stop() {
      await loop.stop();
      stopping.abort(processStops);
      await Promise.all(going);
    },
  };
}

/** Answers why a tick that a stopped process handed on is not run any more; null: it is, or the run stands for no tick. */
function explainLostTick(
  { config, clock }: FlowCtx,
  { profile: name, scheduled_for }: RunRow,
): string | null {
  const profile = config.jobs.profiles.find((one) => one.name === name);
  if (scheduled_for === null || !profile) return null;
  const tick = { atMs: scheduled_for, nextMs: nextTickAfter(profile, scheduled_for) };
  const { reason } = decideHandedTick(profile, tick, clock.now());
  if (reason === 'overtaken') return `the tick of ${toIso(tick.nextMs)} takes its place`;
  return reason === 'too_late' ? 'too late: the profile does not catch up any more' : null;
}
