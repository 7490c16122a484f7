import type { Config } from '../config/types.ts';
import { type Actor, systemActor } from '../core/actor.ts';
import type { FlowCtx } from './context.ts';
import { createIntake } from './intake.ts';

/** Makes contexts, all with one intake. */
export type Contexts = Pick<FlowCtx, 'intake'> & {
  context(actor: Actor, requestId: string | null): FlowCtx;
  /** A context for loops: its `config` is the one in force whenever it is read. */
  liveContext(actor: Actor): FlowCtx;
};

/** Answers what makes contexts of the parts that all of them share. */
export function createContexts(
  parts: Omit<FlowCtx, 'intake' | 'config' | 'actor' | 'requestId'>,
  config: () => Config,
): Contexts {
  const intake = createIntake(() => context(systemActor('intake'), null), parts.dialect);
  const context = (actor: Actor, requestId: string | null): FlowCtx => ({
    ...parts,
    intake,
    config: config(),
    actor,
    requestId,
  });
  const liveContext = (actor: Actor): FlowCtx => ({
    ...parts,
    intake,
    actor,
    requestId: null,
    get config() {
      return config();
    },
  });
  return { intake, context, liveContext };
}
