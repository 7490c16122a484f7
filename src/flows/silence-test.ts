import {
  activeSilences,
  configuredSilences,
  createSilenceTest,
  decideState,
  type Silence,
  selectActiveSilences,
  toSilence,
} from '../alerts/index.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import type { AlertRow, Question, SilenceRow } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';

/** Answers which silence holds an alert now; null: none. */
export type AlertSilenceTest = (alert: AlertRow) => Silence | null;

/** Asks for the test of alerts by the configuration in force and by what people asked for, as the database has it now. */
export function silenceTest(ctx: FlowCtx): Question<AlertSilenceTest> {
  const nowMs = ctx.clock.now();
  const { statements, read } = activeSilences(ctx, nowMs);
  return {
    statements,
    read: (rows) => {
      const test = createFactsTest(ctx, read(rows), nowMs);
      return (alert) => test(alertFacts(alert));
    },
  };
}

/** Answers the same. */
export async function readSilenceTest(ctx: FlowCtx): Promise<AlertSilenceTest> {
  const test = await readFactsTest(ctx);
  return (alert) => test(alertFacts(alert));
}

/** The same, of what is known of an alert. */
export async function readFactsTest(ctx: FlowCtx): Promise<FactsTest> {
  const nowMs = ctx.clock.now();
  return createFactsTest(ctx, await selectActiveSilences(ctx, nowMs), nowMs);
}

type FactsTest = (facts: RouteFacts) => Silence | null;

function createFactsTest({ config }: FlowCtx, asked: readonly SilenceRow[], nowMs: number): FactsTest {
  return createSilenceTest([...configuredSilences(config), ...asked.map(toSilence)], nowMs);
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
