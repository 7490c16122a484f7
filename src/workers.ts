import type { Base } from './base.ts';
import { systemActor } from './core/actor.ts';
import type { Pulse } from './core/pulse.ts';
import { createDeliverer } from './flows/deliver.ts';
import { createDigest } from './flows/digest.ts';
import type { Loop } from './flows/loop.ts';
import { createBlockNotes } from './flows/note-blocks.ts';
import { createPresence } from './flows/presence.ts';
import { createRetention } from './flows/retention.ts';
import { createSummarizer } from './flows/summarize.ts';
import { createSupervisor } from './flows/supervise.ts';
import { createProfileWatch } from './flows/watch-profiles.ts';
import { createSourceWatch } from './flows/watch-sources.ts';

export type WorkersDeps = {
  base: Base;
  /** Of the loops that are to go on. */
  pulse: Pulse;
  /** Hears of each pass of the supervisor that begins. */
  onPass(): void;
  /** When the last one began. */
  lastPassAt(): number;
};

/** Answers the loops that work on alerts and messages, in the order in which they are started. */
export function createWorkers({ base, pulse, onPass, lastPassAt }: WorkersDeps): Loop[] {
  const contextOf = (name: string) => base.liveContext(systemActor(name));
  const supervisor = createSupervisor({
    owner: base.owner,
    onPass: pulse.follow('supervisor'),
    onSweep: pulse.follow('chores of the supervisor'),
    makeCtx() {
      onPass();
      return base.context(systemActor('supervisor'), null);
    },
  });
  const ctx = contextOf('deliverer');
  const report = (alert: Parameters<typeof ctx.intake.submit>[0][number]) => ctx.intake.submit([alert], null);
  return [
    // Ends last: what the others hand to its desk still goes out.
    createDeliverer({ ctx, report, random: Math.random, onRound: pulse.follow('outbox') }),
    supervisor,
    createPresence({ ctx: contextOf('supervisor'), holder: base.owner, lastPassAt }),
    createSourceWatch(contextOf('sources')),
    createProfileWatch(contextOf('jobs')),
    createSummarizer(contextOf('summarizer')),
    createDigest(contextOf('digest')),
    createRetention(contextOf('retention')),
    createBlockNotes(contextOf('alert-blocks')),
  ];
}
