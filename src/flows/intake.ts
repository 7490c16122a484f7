import {
  createHeardSources,
  type HeardSources,
  type IngestAnswer,
  ingestFresh,
  ingestKeyed,
  ingestRepeats,
  type KeyedReport,
  keyNamed,
  type NamedReport,
  nameReport,
  rememberTitles,
} from '../alerts/index.ts';
import { createGroupCommit, type Dialect, type GroupSizes } from '../store/index.ts';
import type { FlowCtx, Intake } from './context.ts';
import { createRecentKeys } from './recent-keys.ts';

const oneByOne = { maxWeight: 2000, maxAtOnce: 1 };

/**
 * Answers where reports are committed in groups; `makeCtx` is asked anew for every commit. What looks like the first of
 * its problem is inserted without a look at what is there, and finds out by the unique index where that was wrong; what
 * looks like a repeat is counted without one, and finds out by the conditions of its statement. All else, and what was
 * wrong, goes the way that looks first. What is remembered is a hint, and decides nothing. Each way has groups of its own:
 * one that fails is tried again one by one, and must hold nothing that is counted already. Keys are made
 * for a group at once: a hash by itself, between other work, takes three times as long.
 */
export function createIntake(makeCtx: () => FlowCtx, { groups: sizes }: Dialect): Intake {
  const recent = createRecentKeys();
  const strip = rememberTitles();
  const heard = createHeardSources();
  const group = <Answer>(sizes: GroupSizes, take: Take<Answer>) =>
    createGroupCommit({
      ...sizes,
      commit: (requests: Requests) => commitAll(makeCtx(), requests, heard, take),
    });
  const fresh = group(sizes, takeFresh);
  // They hold their rows: a second would wait for the first to end.
  const repeats = group(oneByOne, takeRepeats);
  const others = group(oneByOne, takeOthers);
  const groups = [fresh, repeats, others];

  /** The way of most requests, without the sorting that many reports take. */
  const submitOne = async (named: NamedReport): Promise<readonly IngestAnswer[]> => {
    const one = [named];
    const tried = recent.sortOut(one)[0] ? fresh : repeats;
    const [answer] = await tried.submit(one);
    return answer ? [answer] : others.submit(one);
  };

  const submitMany = async (named: readonly NamedReport[]): Promise<readonly IngestAnswer[]> => {
    const looksFresh = recent.sortOut(named);
    const [asFresh, asRepeats] = await Promise.all([
      submitTo(fresh, choose(named, looksFresh, true)),
      submitTo(repeats, choose(named, looksFresh, false)),
    ]);
    const [fromFresh, fromRepeats] = [asFresh.values(), asRepeats.values()];
    const tried = looksFresh.map((isFresh) => (isFresh ? fromFresh : fromRepeats).next().value ?? null);
    const wrong = named.filter((_, i) => tried[i] === null);
    const looked = (await submitTo(others, wrong)).values();
    return tried.map((answer) => answer ?? (looked.next().value as IngestAnswer));
  };

  return {
    submit(reports, requestId) {
      const named = reports.map((report) => nameReport(report, requestId, strip));
      const [first] = named;
      return first && named.length === 1 ? submitOne(first) : submitMany(named);
    },
    pending: () => groups.reduce((sum, { pending }) => sum + pending(), 0),
    async idle() {
      for (const { idle } of groups) await idle();
    },
  };
}

async function submitTo<Answer>(
  group: { submit(reports: readonly NamedReport[], weight: number): Promise<readonly Answer[]> },
  reports: readonly NamedReport[],
): Promise<readonly Answer[]> {
  return reports.length === 0 ? [] : group.submit(reports, reports.length);
}

/** Answers the items whose flag is the wanted one. */
function choose<Item>(items: readonly Item[], flags: readonly boolean[], wanted: boolean): readonly Item[] {
  if (!flags.includes(!wanted)) return items;
  return flags.includes(wanted) ? items.filter((_, i) => flags[i] === wanted) : [];
}

type Requests = readonly (readonly NamedReport[])[];

/** One of the ways. */
type Take<Answer> = (
  ctx: FlowCtx,
  keyed: readonly KeyedReport[],
  heard: HeardSources,
) => Promise<{ answers: readonly Answer[]; hasWork: boolean }>;

async function commitAll<Answer>(
  ctx: FlowCtx,
  requests: Requests,
  heard: HeardSources,
  take: Take<Answer>,
): Promise<Answer[][]> {
  const { answers, hasWork } = await take(ctx, requests.flat().map(keyNamed), heard);
  if (hasWork) ctx.signals.alerts.ring();
  return split(requests, answers);
}

const takeFresh: Take<IngestAnswer | null> = async (ctx, keyed, heard) => {
  const answers = await ingestFresh(ctx, keyed, heard);
  return { answers, hasWork: answers.some((answered) => answered !== null) };
};

const takeRepeats: Take<IngestAnswer | null> = async (ctx, keyed, heard) => {
  const answers = await ingestRepeats(ctx, keyed, ctx.config.policy.defaults, heard);
  return { answers, hasWork: answers.some((answered) => answered?.status === 'new') };
};

const takeOthers: Take<IngestAnswer> = (ctx, keyed, heard) =>
  ingestKeyed(ctx, keyed, ctx.config.policy.defaults, heard);

function split<Item>(requests: Requests, answers: readonly Item[]): Item[][] {
  let taken = 0;
  return requests.map((request) => {
    taken += request.length;
    return answers.slice(taken - request.length, taken);
  });
}
