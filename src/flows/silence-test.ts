import {
  configuredSilences,
  createSilenceTest,
  decideState,
  type Silence,
  selectActiveSilences,
  toSilence,
} from '../alerts/index.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import type { AlertRow } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';

/** Answers which silence holds an alert now; null: none. */
export type AlertSilenceTest = (alert: AlertRow) => Silence | null;

/** Answers the test of alerts by the configuration in force and by what people asked for, as the database has it now. */
export async function readSilenceTest(ctx: FlowCtx): Promise<AlertSilenceTest> {
  const test = await readFactsTest(ctx);
  return (alert) => test(alertFacts(alert));
}

/** The same, of what is known of an alert. */
export async function readFactsTest(ctx: FlowCtx): Promise<(facts: RouteFacts) => Silence | null> {
  const nowMs = ctx.clock.now();
  const asked = await selectActiveSilences(ctx, nowMs);
  return createSilenceTest([...configuredSilences(ctx.config), ...asked.map(toSilence)], nowMs);
}

/** Answers the ids of all that keeps alerts to themselves now. */
export async function readActiveIds(ctx: FlowCtx): Promise<Set<string>> {
  const nowMs = ctx.clock.now();
  const asked = await selectActiveSilences(ctx, nowMs);
  const configured = configuredSilences(ctx.config).filter(
    ({ schedule }) => decideState(schedule, nowMs).state === 'active',
  );
  return new Set([...configured.map(({ id }) => id), ...asked.map((row) => row.silence_id)]);
}
