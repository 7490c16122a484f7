import {
  configuredSilences,
  createSilenceTest,
  decideState,
  type Silence,
  selectActiveSilences,
  toSilence,
} from '../alerts/index.ts';
import type { AlertRow } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';

/** Answers which silence holds an alert now; null: none. */
export type AlertSilenceTest = (alert: AlertRow) => Silence | null;

/** Answers the test of alerts by the configuration in force and by what people asked for, as the database has it now. */
export async function readSilenceTest(ctx: FlowCtx): Promise<AlertSilenceTest> {
  const nowMs = ctx.clock.now();
  const asked = await selectActiveSilences(ctx, nowMs);
  const test = createSilenceTest([...configuredSilences(ctx.config), ...asked.map(toSilence)], nowMs);
  return (alert) => test(alertFacts(alert));
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
