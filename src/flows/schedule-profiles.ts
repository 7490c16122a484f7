import { toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { createTickAgenda, type DueTick, decideTick } from '../jobs/index.ts';
import { selectProfileRecords } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';
import { type DecidedTick, tellMissedTicks } from './missed-ticks.ts';

/** What a tick asks for. */
export type TickRequest = { profile: string; source: 'cron'; scheduledFor: number; onlyTask: null };

export type ProfileScheduleDeps = {
  /** Its configuration is the one in force. */
  ctx: FlowCtx;
  /** Runs the profile to its end; answers `taken` where the same tick is with another process. */
  run(request: TickRequest): Promise<{ outcome: string }>;
  /** Hears of each look at the clock. */
  onRound(): void;
};

/** The loop that runs each profile when its time has come; of several such loops on one database one runs each tick. */
export type ProfileSchedule = {
  start(): void;
  /** Begins nothing more. What runs is left to whoever runs it. */
  stop(): Promise<void>;
  /** Begins all that is due and resolves when it has ended; answers how many ticks were begun. */
  tick(): Promise<number>;
  /** Takes the profiles in force: those whose times are the same keep their next tick. */
  reload(): void;
};

/** The machine may have slept, or its clock may have been set: that shows when it is looked at, not by a timer. */
const maxNapMs = 10_000;
/** A clock that goes back by more than this leaves all next ticks too far ahead. */
const clockSlackMs = 1000;
/** A tick that could not be begun, as the database was away, is tried again for as long as its grace lasts. */
const retryEveryMs = 5000;

/** Answers the schedule of the profiles. */
export function createProfileSchedule(deps: ProfileScheduleDeps): ProfileSchedule {
  const { ctx } = deps;
  const agenda = createTickAgenda();
  const stopping = new AbortController();
  const plannedFromMs = ctx.clock.now();
  let latestMs = plannedFromMs;
  let nap = new AbortController();

  const telling = new Set<Promise<void>>();
  const tell = (tick: DecidedTick) => {
    const told = tellMissedTicks(ctx, agenda, tick).finally(() => telling.delete(told));
    telling.add(told);
  };
  const begin = (due: readonly DueTick[]) => {
    const nowMs = ctx.clock.now();
    const decided = due.map((tick) => ({ ...tick, decision: decideTick(tick.profile, tick.atMs, nowMs) }));
    decided.forEach(tell);
    return decided.filter(({ decision }) => decision.run).map((tick) => runTick(deps, tick, stopping.signal));
  };
  const takeDue = () => {
    const nowMs = ctx.clock.now();
    if (nowMs < latestMs - clockSlackMs) agenda.replan(nowMs);
    latestMs = nowMs;
    return begin(agenda.takeDue(nowMs));
  };
  // Beside the loop: a database that is away must not keep it from looking at the clock.
  const catchUp = createCatchUp(ctx, stopping.signal, (profile, lastTickAt) =>
    agenda.findMissed(profile, lastTickAt, plannedFromMs),
  );
  const loop = async () => {
    while (!stopping.signal.aborted) {
      takeDue();
      deps.onRound();
      nap = new AbortController();
      const nextMs = agenda.nextMs() ?? Infinity;
      await ctx.clock.wait(Math.min(Math.max(0, nextMs - ctx.clock.now()), maxNapMs), nap.signal);
    }
  };
  const reload = () => {
    agenda.replace(ctx.config.jobs.profiles, ctx.clock.now());
    nap.abort();
  };
  reload();
  let looping: Promise<unknown> = Promise.resolve();
  return {
    reload,
    start() {
      looping = Promise.all([loop(), catchUp().then(begin)]);
    },
    async stop() {
      stopping.abort();
      nap.abort();
      await looping;
      await Promise.all(telling);
    },
    async tick() {
      const runs = [...takeDue(), ...begin(await catchUp())];
      await Promise.all([...runs, ...telling]);
      return runs.length;
    },
  };
}

type FindMissed = (profile: string, lastTickAt: number) => DueTick | null;

/** Answers what finds, once, the ticks that came while nothing ran the schedule. A profile that never had a tick has missed none. */
function createCatchUp(ctx: FlowCtx, stop: AbortSignal, findMissed: FindMissed): () => Promise<DueTick[]> {
  let isDone = false;
  return async () => {
    while (!isDone && !stop.aborted) {
      try {
        const names = ctx.config.jobs.profiles.map(({ name }) => name);
        const records = await selectProfileRecords(ctx, names);
        isDone = true;
        return records.flatMap(({ profile, lastTickAt }) => {
          const missed = lastTickAt === null ? null : findMissed(profile, lastTickAt);
          return missed ? [missed] : [];
        });
      } catch (err) {
        ctx.log.error({ tag: 'job', err }, '[job] could not look for ticks that were missed; trying again');
        await ctx.clock.wait(retryEveryMs, stop);
      }
    }
    return [];
  };
}

/** Runs a tick; where that fails it is tried again within the grace. Never rejects: one tick must not end the schedule. */
async function runTick({ ctx, run }: ProfileScheduleDeps, due: DueTick, stop: AbortSignal): Promise<void> {
  const { name, graceMs } = due.profile;
  const untilMs = ctx.clock.now() + graceMs;
  const request = { profile: name, source: 'cron', scheduledFor: due.atMs, onlyTask: null } as const;
  for (;;) {
    try {
      const { outcome } = await run(request);
      ctx.metrics.profileTicks.inc({ profile: name, outcome });
      return;
    } catch (err) {
      const fields = { tag: 'job', profile: name, scheduled_for: toIso(due.atMs), err };
      const isOver = isFinal(err) || stop.aborted || ctx.clock.now() + retryEveryMs > untilMs;
      ctx.log.error(fields, `[job] ${name}: a tick failed${isOver ? '' : '; trying again'}`);
      if (isOver) {
        ctx.metrics.profileTicks.inc({ profile: name, outcome: 'failed' });
        return;
      }
    }
    await ctx.clock.wait(retryEveryMs, stop);
    if (stop.aborted) return;
  }
}

/** Asked again, the same would be answered. A tick that had begun is not begun again: its row is there. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'NOT_FOUND';
}
