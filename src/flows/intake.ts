import { type IngestAnswer, ingestFresh, ingestKeyed, type KeyedReport, keyReport } from '../alerts/index.ts';
import { createGroupCommit } from '../store/index.ts';
import type { FlowCtx, Intake } from './context.ts';

const maxReportsPerCommit = 2000;
const maxRecentKeys = 20_000;

/**
 * Answers where reports are committed in groups; `makeCtx` is asked anew for every commit. What looks like the first of
 * its problem is inserted without a look at what is there, and finds out by the unique index where that was wrong; all
 * else, and what was wrong, goes the way that looks first. The keys that are remembered are a hint, and decide nothing.
 */
export function createIntake(makeCtx: () => FlowCtx): Intake {
  const recent = createRecentKeys();
  const fresh = createGroupCommit({
    maxWeight: maxReportsPerCommit,
    commit: (requests: readonly (readonly KeyedReport[])[]) => commitFresh(makeCtx(), requests),
  });
  const others = createGroupCommit({
    maxWeight: maxReportsPerCommit,
    commit: (requests: readonly (readonly KeyedReport[])[]) => commitOthers(makeCtx(), requests),
  });

  const submitTo = <Result>(
    group: { submit(reports: readonly KeyedReport[], weight: number): Promise<readonly Result[]> },
    reports: readonly KeyedReport[],
  ): Promise<readonly Result[]> =>
    reports.length === 0 ? Promise.resolve([]) : group.submit(reports, reports.length);

  return {
    async submit(reports, requestId) {
      const keyed = reports.map((report) => keyReport(report, requestId));
      const looksFresh = recent.sortOut(keyed);
      const [tried, looked] = await Promise.all([
        submitTo(
          fresh,
          keyed.filter((_, i) => looksFresh[i]),
        ),
        submitTo(
          others,
          keyed.filter((_, i) => !looksFresh[i]),
        ),
      ]);
      const wrong = keyed.filter((_, i) => looksFresh[i]).filter((_, i) => tried[i] === null);
      const retried = await submitTo(others, wrong);
      const [fromTried, fromRetried, fromLooked] = [tried.values(), retried.values(), looked.values()];
      return looksFresh.map((isFresh) => {
        const answer = isFresh ? fromTried.next().value : fromLooked.next().value;
        return (answer ?? fromRetried.next().value) as IngestAnswer;
      });
    },
    pending: () => fresh.pending() + others.pending(),
    async idle() {
      await fresh.idle();
      await others.idle();
    },
  };
}

/** Remembers the keys that fired lately, so that their repeats do not try to be new. */
function createRecentKeys() {
  let older = new Set<string>();
  let newer = new Set<string>();
  return {
    /** Answers for each report whether it fires, with a key that is neither known nor twice among them. */
    sortOut(reports: readonly KeyedReport[]): boolean[] {
      const counts = new Map<string, number>();
      for (const { dedupeKey } of reports) counts.set(dedupeKey, (counts.get(dedupeKey) ?? 0) + 1);
      return reports.map(({ report, dedupeKey }) => {
        const known = newer.has(dedupeKey) || older.has(dedupeKey);
        newer.add(dedupeKey);
        if (newer.size > maxRecentKeys) [older, newer] = [newer, new Set()];
        return report.status === 'firing' && !known && counts.get(dedupeKey) === 1;
      });
    },
  };
}

type Requests = readonly (readonly KeyedReport[])[];

async function commitFresh(ctx: FlowCtx, requests: Requests): Promise<(IngestAnswer | null)[][]> {
  const answers = await ingestFresh(ctx, requests.flat());
  if (answers.some((answered) => answered !== null)) ctx.signals.alerts.ring();
  return split(requests, answers);
}

async function commitOthers(ctx: FlowCtx, requests: Requests): Promise<IngestAnswer[][]> {
  const { answers, hasWork } = await ingestKeyed(ctx, requests.flat(), ctx.config.policy.defaults);
  if (hasWork) ctx.signals.alerts.ring();
  return split(requests, answers);
}

function split<Item>(requests: Requests, answers: readonly Item[]): Item[][] {
  let taken = 0;
  return requests.map((request) => {
    taken += request.length;
    return answers.slice(taken - request.length, taken);
  });
}
