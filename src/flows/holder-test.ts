import {
  activeSilences,
  configuredSilences,
  createSilenceTest,
  decideState,
  type HolderTest,
  type Silence,
  selectActiveSilences,
  toSilence,
} from '../alerts/index.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { type AlertRow, ask, type Question, type SilenceRow } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import { inhibitionTest } from './inhibition-test.ts';

/** Asks what holds the alerts now: by the configuration in force, by what people asked for, and by other alerts. */
export function holderTest(ctx: FlowCtx, alerts: readonly AlertRow[]): Question<HolderTest> {
  const [bySilence, byAlert] = [silenceTest(ctx), inhibitionTest(ctx, alerts)];
  const taken = bySilence.statements.length;
  return {
    statements: [...bySilence.statements, ...byAlert.statements],
    read: (rows) => {
      const [silenceOf, inhibitionOf] = [
        bySilence.read(rows.slice(0, taken)),
        byAlert.read(rows.slice(taken)),
      ];
      return (alert) => silenceOf(alert) ?? inhibitionOf(alert);
    },
  };
}

/** Answers the same. */
export async function readHolderTest(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<HolderTest> {
  const [holderOf] = await ask(ctx, holderTest(ctx, alerts));
  return holderOf;
}

/** Asks which silence or maintenance holds alerts now. */
export function silenceTest(ctx: FlowCtx): Question<(alert: AlertRow) => Silence | null> {
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
export async function readSilenceTest(ctx: FlowCtx): Promise<(alert: AlertRow) => Silence | null> {
  const [silenceOf] = await ask(ctx, silenceTest(ctx));
  return silenceOf;
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

/** Answers the ids of the silences and maintenances that keep alerts to themselves now. */
export async function readActiveIds(ctx: FlowCtx): Promise<Set<string>> {
  const nowMs = ctx.clock.now();
  const asked = await selectActiveSilences(ctx, nowMs);
  const configured = configuredSilences(ctx.config).filter(
    ({ schedule }) => decideState(schedule, nowMs).state === 'active',
  );
  return new Set([...configured.map(({ id }) => id), ...asked.map((row) => row.silence_id)]);
}
