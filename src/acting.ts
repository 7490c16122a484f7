import type { Base } from './base.ts';
import type { CheckoutPlace, Config, ReloadResult } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { Log } from './core/log.ts';
import { createPulse, type Pulse } from './core/pulse.ts';
import { createProbing, type Probing } from './flows/probe.ts';
import { createWatchdog } from './flows/watchdog.ts';
import { createJobs, type Jobs } from './run-jobs.ts';
import { createWorkers } from './workers.ts';

/** The part that a process plays: one of them, or all. */
export type AppRole = 'all' | 'api' | 'worker' | 'scheduler';

/** What a process does without being asked: it works on alerts and messages, runs checks and profiles. */
export type Acting = {
  start(): void;
  /** Resolves when what was under way has ended; it may be started again. */
  stop(): Promise<void>;
  /** Takes the configuration in force. */
  reload(): Promise<void>;
  /** When the supervisor last began a pass; null where it does not act. */
  lastPassAt(): number | null;
  /** Who runs the checks; null where it does not act. */
  schedule(): Probing | null;
};

export type ActingOptions = {
  base: Base;
  options: { role: AppRole; log: Log; load(place?: CheckoutPlace): Promise<Config> };
  reload(): Promise<ReloadResult>;
};

type Part = { start(): void; stop(): Promise<void> };

/** The parts of one time of acting. */
type Term = { parts: Part[]; lastPassAt: number | null; probing: Probing | null; jobs: Jobs | null };

/** Answers whether a process of the role plays the part. */
export function playsRole(role: AppRole, part: AppRole): boolean {
  return role === 'all' || role === part;
}

/** Answers what a process does by itself, in its role; not started. */
export function createActing(deps: ActingOptions): Acting {
  const { log } = deps.options;
  let term: Term | null = null;
  return {
    start() {
      term ??= beginTerm(deps);
    },
    async stop() {
      const ended = term;
      term = null;
      for (const part of ended?.parts.toReversed() ?? []) {
        await part.stop().catch((err: unknown) =>
          // Those before it must still end: what they hold is worth more than a clean report.
          log.error({ tag: 'app', err }, '[app] a part did not end cleanly'),
        );
      }
    },
    async reload() {
      await term?.probing?.reload();
      term?.jobs?.reload();
    },
    lastPassAt: () => term?.lastPassAt ?? null,
    schedule: () => term?.probing ?? null,
  };
}

function beginTerm(deps: ActingOptions): Term {
  const { base, options } = deps;
  const pulse = createPulse(base.clock);
  const term: Term = { parts: [], lastPassAt: null, probing: null, jobs: null };
  if (playsRole(options.role, 'worker')) addWorkers(term, base, pulse);
  if (playsRole(options.role, 'scheduler')) addSchedule(term, deps, pulse);
  // A process that only answers requests has no loop that could stand still.
  if (options.role !== 'api')
    term.parts.push(createWatchdog({ ctx: base.liveContext(systemActor('watchdog')), pulse }));
  for (const part of term.parts) part.start();
  return term;
}

function addWorkers(term: Term, base: Base, pulse: Pulse): void {
  const onPass = () => {
    term.lastPassAt = base.clock.now();
  };
  onPass();
  const lastPassAt = () => term.lastPassAt ?? 0;
  term.parts.push(...createWorkers({ base, pulse, onPass, lastPassAt }));
}

function addSchedule(term: Term, { base, options, reload }: ActingOptions, pulse: Pulse): void {
  const makeCtx = () => base.context(systemActor('prober'), null);
  term.probing = createProbing({ makeCtx, holder: base.owner, onRound: pulse.follow('schedule') });
  term.jobs = createJobs(base, { load: options.load, reload }, pulse.follow('profiles'));
  term.parts.push(term.probing, term.jobs);
}
