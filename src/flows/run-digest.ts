import type { ProfileConfig, TaskConfig } from '../config/types.ts';
import type { Announcement, RouteFacts } from '../core/hand-over.ts';
import { severityRank } from '../core/severity.ts';
import { explainRoutes } from '../notify/index.ts';
import { decideProfileDigest, lockTold, rememberTold, toRunView } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { readFactsTest } from './holder-test.ts';
import { readInhibitionTest } from './inhibition-test.ts';
import { failureFacts } from './run-alert.ts';
import { writeDigest } from './run-digest-text.ts';
import type { EndedTask } from './run-types.ts';
import { tell } from './tell.ts';

/** A run that is over, as its digest sees it. */
export type DigestedRun = {
  profile: ProfileConfig;
  run: RunRow;
  /** How many tasks were to run. */
  tasks: number;
  ended: readonly EndedTask[];
  /** What went wrong with the run itself; null: nothing. */
  trouble: string | null;
};

/** Writes the message about a run, if there is something that people have not heard yet, in the transaction that ends the run. */
export async function tellDigest(ctx: FlowCtx, digested: DigestedRun): Promise<void> {
  const { profile, run } = digested;
  const told = await lockTold(ctx, profile.name);
  const before = told?.failing ?? [];
  const failing = await findFailing(ctx, digested, before);
  if (failing === null) return;
  const decision = decideProfileDigest(told, failing, profile.digest, ctx.clock.now());
  if (decision.tell === 'nothing') return;
  const recovered = before.filter((name) => !failing.includes(name));
  const text = writeDigest({
    ...digested,
    runId: run.run_id,
    durationMs: run.duration_ms ?? 0,
    cutShort: run.status === 'cancelled' ? run.error : null,
    stillFailing: failing.filter((name) => isTask(profile, name) && !hasEnded(digested, name)),
    recovered: recovered.filter((name) => isTask(profile, name)),
    isReminder: decision.reason === 'reminder',
  });
  const about = failing.length > 0 ? failing : before;
  await tell(ctx, [announce(digested, text, chooseFacts(ctx, profile, about), decision.reason)]);
  await rememberTold(ctx, profile.name, { failing, runId: run.run_id });
}

/**
 * Answers what fails now: what failed in this run, and what did before and was not run. Null: a silence or another alert holds all of it.
 * What they hold and was told of before still counts, as it is not well.
 */
async function findFailing(
  ctx: FlowCtx,
  digested: DigestedRun,
  before: readonly string[],
): Promise<string[] | null> {
  const { profile, ended, trouble } = digested;
  const failed = ended.filter(({ outcome }) => outcome.status !== 'succeeded');
  const factsOf = ({ task }: EndedTask) => failureFacts(profile, task);
  const isHeld = await readHeldTest(ctx, failed.map(factsOf));
  const audible = failed.filter((one) => !isHeld(factsOf(one)));
  if (failed.length > 0 && audible.length === 0 && trouble === null) return null;
  const held = failed.filter((one) => !audible.includes(one) && before.includes(one.task.name));
  const left = before.filter((name) => isTask(profile, name) && !hasEnded(digested, name));
  const names = [...audible, ...held].map(({ task }) => task.name);
  return [...names, ...left, ...(trouble === null ? [] : [`run: ${trouble}`])];
}

async function readHeldTest(
  ctx: FlowCtx,
  facts: readonly RouteFacts[],
): Promise<(facts: RouteFacts) => boolean> {
  const silenceOf = await readFactsTest(ctx);
  const inhibitionOf = await readInhibitionTest(ctx, facts);
  // As the oldest of all it is not held by the alert of its own failure, nor by one that it would hold.
  return (facts) => silenceOf(facts) !== null || inhibitionOf({ ref: '', facts }) !== null;
}

function hasEnded({ ended }: DigestedRun, name: string): boolean {
  return ended.some(({ task }) => task.name === name);
}

/** What was removed from the file, or disabled in it, fails no more. */
function isTask(profile: ProfileConfig, name: string): boolean {
  return profile.tasks.some((task) => task.name === name && task.enabled);
}

/**
 * Answers what routes look at: the worst of what it is about. Where the profile names no route, the worst that any route
 * sends; any of its tasks stands in, so that a profile which reaches somebody reaches them whatever it is that fails.
 */
function chooseFacts(ctx: FlowCtx, profile: ProfileConfig, names: readonly string[]): RouteFacts {
  const worstFirst = (tasks: readonly TaskConfig[]) =>
    tasks
      .map((task) => failureFacts(profile, task))
      .sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const about = worstFirst(profile.tasks.filter(({ name }) => names.includes(name)));
  const others = worstFirst(profile.tasks.filter(({ name, enabled }) => enabled && !names.includes(name)));
  const all = [...about, ...others];
  const isSent = (facts: RouteFacts) =>
    explainRoutes(ctx.config.routes, facts, null).some(({ verdict }) => verdict === 'sends');
  const chosen = profile.route === null ? all.find(isSent) : all[0];
  return chosen ?? all[0] ?? profileFacts(profile);
}

/** Of a profile without tasks. */
function profileFacts({ name }: ProfileConfig): RouteFacts {
  return {
    severity: 'P2',
    env: 'prod',
    service: name,
    kind: 'job_failure',
    components: [],
    source: `job:${name}`,
    labels: { profile: name },
  };
}

function announce(
  { profile, run }: DigestedRun,
  text: { title: string; text: string },
  facts: RouteFacts,
  reason: string,
): Announcement {
  return {
    event: 'digest',
    reason,
    thread: `profile:${profile.name}`,
    occasion: run.run_id,
    facts,
    ...text,
    incident: null,
    alert: null,
    run: toRunView(run),
    onlyRoutes: profile.route === null ? null : [profile.route],
  };
}
