import {
  createHeardSources,
  type HeardSources,
  type IngestAnswer,
  ingestFresh,
  ingestKeyed,
  ingestRepeats,
  keyNamed,
  type NamedReport,
  nameReport,
  rememberTitles,
} from '../alerts/index.ts';
import { createGroupCommit, type Dialect } from '../store/index.ts';
import type { FlowCtx, Intake } from './context.ts';
import { createRecentKeys } from './recent-keys.ts';

const maxReportsPerCommit = 2000;

/**
 * Answers where reports are committed in groups; `makeCtx` is asked anew for every commit. What looks like the first of
 * its problem is inserted without a look at what is there, and finds out by the unique index where that was wrong; what
 * looks like a repeat is counted without one, and finds out by the conditions of its statement. All else, and what was
 * wrong, goes the way that looks first. What is remembered is a hint, and decides nothing. Keys are made
 * for a group at once: a hash by itself, between other work, takes three times as long.
 */
export function createIntake(makeCtx: () => FlowCtx, { rowsForSecondGroup }: Dialect): Intake {
  const recent = createRecentKeys();
  const strip = rememberTitles();
  const heard = createHeardSources();
  const fresh = createGroupCommit({
    maxWeight: maxReportsPerCommit,
    secondFrom: rowsForSecondGroup,
    commit: (requests: readonly (readonly NamedReport[])[]) => commitFresh(makeCtx(), requests, heard),
  });
  const others = createGroupCommit({
    maxWeight: maxReportsPerCommit,
    // It holds its rows: a second would wait for the first to end.
    secondFrom: Number.POSITIVE_INFINITY,
    commit: (requests: readonly (readonly NamedReport[])[]) => commitOthers(makeCtx(), requests, heard),
  });

  const submitTo = <Result>(
    group: { submit(reports: readonly NamedReport[], weight: number): Promise<readonly Result[]> },
    reports: readonly NamedReport[],
  ): Promise<readonly Result[]> =>
    reports.length === 0 ? Promise.resolve([]) : group.submit(reports, reports.length);

  /** The way of most requests, without the sorting that many reports take. */
  const submitOne = async (named: NamedReport): Promise<readonly IngestAnswer[]> => {
    const one = [named];
    if (!recent.sortOut(one)[0]) return others.submit(one);
    const [answer] = await fresh.submit(one);
    return answer ? [answer] : others.submit(one);
  };

  const submitMany = async (named: readonly NamedReport[]): Promise<readonly IngestAnswer[]> => {
    const looksFresh = recent.sortOut(named);
    const [tried, looked] = await Promise.all([
      submitTo(fresh, choose(named, looksFresh, true)),
      submitTo(others, choose(named, looksFresh, false)),
    ]);
    if (looked.length === 0 && !tried.includes(null)) return tried as IngestAnswer[];
    const wrong = choose(named, looksFresh, true).filter((_, i) => tried[i] === null);
    const retried = await submitTo(others, wrong);
    const [fromTried, fromRetried, fromLooked] = [tried.values(), retried.values(), looked.values()];
    return looksFresh.map((isFresh) => {
      const answer = isFresh ? fromTried.next().value : fromLooked.next().value;
      return (answer ?? fromRetried.next().value) as IngestAnswer;
    });
  };

  return {
    submit(reports, requestId) {
      const named = reports.map((report) => nameReport(report, requestId, strip));
      const [first] = named;
      return first && named.length === 1 ? submitOne(first) : submitMany(named);
    },
    pending: () => fresh.pending() + others.pending(),
    async idle() {
      await fresh.idle();
      await others.idle();
    },
  };
}

/** Answers the items whose flag is the wanted one. */
function choose<Item>(items: readonly Item[], flags: readonly boolean[], wanted: boolean): readonly Item[] {
  if (!flags.includes(!wanted)) return items;
  return flags.includes(wanted) ? items.filter((_, i) => flags[i] === wanted) : [];
}

type Requests = readonly (readonly NamedReport[])[];

async function commitFresh(
  ctx: FlowCtx,
  requests: Requests,
  heard: HeardSources,
): Promise<(IngestAnswer | null)[][]> {
  const answers = await ingestFresh(ctx, requests.flat().map(keyNamed), heard);
  if (answers.some((answered) => answered !== null)) ctx.signals.alerts.ring();
  return split(requests, answers);
}

const nothing = { answers: [], hasWork: false };

/** Most repeat what is live, and do no more; all others, and what was none, go the way that looks first. */
async function commitOthers(
  ctx: FlowCtx,
  requests: Requests,
  heard: HeardSources,
): Promise<IngestAnswer[][]> {
  const keyed = requests.flat().map(keyNamed);
  const policy = ctx.config.policy.defaults;
  const repeated = await ingestRepeats(ctx, keyed, policy, heard);
  const others = keyed.filter((_, i) => repeated[i] === null);
  const looked = others.length > 0 ? await ingestKeyed(ctx, others, policy, heard) : nothing;
  const left = looked.answers.values();
  const answers = repeated.map((answered) => answered ?? (left.next().value as IngestAnswer));
  if (looked.hasWork || repeated.some((answered) => answered?.status === 'new')) ctx.signals.alerts.ring();
  return split(requests, answers);
}

function split<Item>(requests: Requests, answers: readonly Item[]): Item[][] {
  let taken = 0;
  return requests.map((request) => {
    taken += request.length;
    return answers.slice(taken - request.length, taken);
  });
}
