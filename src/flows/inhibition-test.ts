import {
  createInhibitionTest,
  deleteInhibitors,
  type Holder,
  type HolderTest,
  holderOf,
  type Inhibition,
  type InhibitionRow,
  type InhibitionTest,
  inhibitedKeys,
  inhibitingKeys,
  inhibitorsAt,
  noteInhibitors,
  readInhibition,
  type StoredSubject,
  selectUnheld,
} from '../alerts/index.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { matchesFacts } from '../core/match.ts';
import { type AlertRow, ask, type InhibitorRow, type Question, writeLater } from '../store/index.ts';
import { alertFacts } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';

/** Asks which other alert holds the alerts now; asks nothing where no inhibition is about them. */
export function inhibitionTest(ctx: FlowCtx, alerts: readonly AlertRow[]): Question<HolderTest> {
  const { statements, read } = askFor(ctx, alerts.map(alertFacts));
  return {
    statements,
    read: (rows) => {
      const test = read(rows);
      return (alert) => asHolder(test(subjectOf(alert)));
    },
  };
}

/** Answers the test of alerts of which no more than this is known. */
export async function readInhibitionTest(
  ctx: FlowCtx,
  facts: readonly RouteFacts[],
): Promise<InhibitionTest> {
  const question = askFor(ctx, facts);
  if (question.statements.length === 0) return () => null;
  const [test] = await ask(ctx, question);
  return test;
}

function askFor(ctx: FlowCtx, facts: readonly RouteFacts[]): Question<InhibitionTest> {
  const { inhibitions } = ctx.config;
  const keys = new Set(
    inhibitions.length === 0 ? [] : facts.flatMap((one) => inhibitedKeys(inhibitions, one)),
  );
  const { statements, read } = inhibitorsAt(ctx, [...keys].sort());
  return {
    statements,
    read: (rows) => {
      const found = [...read(rows)].map(([key, alerts]) => [key, alerts.map(subjectOf)] as const);
      return createInhibitionTest(inhibitions, new Map(found));
    },
  };
}

function asHolder(inhibition: Inhibition | null): Holder | null {
  return inhibition && holderOf(inhibition);
}

/** Answers an alert as inhibitions see it. */
export function subjectOf(alert: InhibitionRow): StoredSubject {
  return { ref: alert.alert_ref, facts: alertFacts(alert) };
}

/**
 * Notes which claimed alerts inhibit others, and answers which of them others inhibit: in one round trip, and none where no
 * inhibition is about them.
 */
export async function noteClaimed(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<HolderTest> {
  const question = inhibitionTest(ctx, alerts);
  const noting = noteInhibitors(ctx, notesOf(ctx, alerts));
  if (noting.length + question.statements.length === 0) return () => null;
  const [, inhibitionOf] = await ask(ctx, { statements: noting, read: () => null }, question);
  return inhibitionOf;
}

/** Notes that alerts that are held now inhibit nothing. In the open transaction. */
export async function forgetClaimed(ctx: FlowCtx, alerts: readonly AlertRow[]): Promise<void> {
  await writeLater(ctx, deleteInhibitors(ctx, notesOf(ctx, alerts)));
}

/** Answers the notes that live alerts ask for, in the order in which all write them. */
export function notesOf({ config }: FlowCtx, alerts: readonly InhibitionRow[]): InhibitorRow[] {
  const { inhibitions } = config;
  if (inhibitions.length === 0) return [];
  return alerts
    .flatMap((alert) =>
      inhibitingKeys(inhibitions, alertFacts(alert)).map((key) => ({
        inhibition_key: key,
        alert_ref: alert.alert_ref,
      })),
    )
    .sort(byKey);
}

function byKey(a: InhibitorRow, b: InhibitorRow): number {
  const [one, other] = [a, b].map((row) => `${row.inhibition_key} ${row.alert_ref}`) as [string, string];
  return one < other ? -1 : 1;
}

/** Answers those of the holders that still hold by an inhibition: its alert is live, held by nothing, and matches. */
export async function readInhibiting(ctx: FlowCtx, holderIds: readonly string[]): Promise<Set<string>> {
  const inhibitions = holderIds.flatMap((id) => readInhibition(id) ?? []);
  const rows = await selectUnheld(ctx, [...new Set(inhibitions.map(({ alertRef }) => alertRef))]);
  const factsOf = new Map(rows.map((row) => [row.alert_ref, alertFacts(row)]));
  const holding = inhibitions.filter(({ name, alertRef }) => {
    const rule = ctx.config.inhibitions.find((rule) => rule.name === name);
    const facts = factsOf.get(alertRef);
    return rule !== undefined && facts !== undefined && matchesFacts(rule.when, facts);
  });
  return new Set(holding.map((inhibition) => holderOf(inhibition).id));
}
