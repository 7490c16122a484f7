import { type Action, runAction } from '../src/core/action.ts';
import type { Actor } from '../src/core/actor.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import type { Worker } from './supervised.ts';

/** An answer as a caller sees it. */
export type View = Record<string, unknown>;

/** A person who may work on incidents, and nothing else. */
export const ann: Actor = {
  name: 'ann',
  role: 'operator',
  entitlements: ['tools.oncall.read', 'tools.oncall.incident_write'],
};

/** Runs an action as the doors do, on what the worker is handed. */
export async function run(
  worker: Worker,
  action: unknown,
  input: unknown,
  actor: Actor = ann,
): Promise<View> {
  return (await runAction(action as Action<FlowCtx>, { ...worker.ctx, actor }, input)) as View;
}
