import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { CheckoutPlace, Config } from '../config/index.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { findTree, type SyncResult, syncCheckout } from '../jobs/index.ts';
import { selectRevisionsInUse } from '../runs/index.ts';
import type { FlowCtx } from './context.ts';

export type CheckoutDeps = {
  /** Its configuration is the one in force. */
  ctx: FlowCtx;
  /** Reads the configuration as it would be with the jobs of another place. Throws VALIDATION_ERROR. */
  load(place: CheckoutPlace): Promise<Config>;
  /** Puts in force what the checkout says now. */
  reload(): Promise<unknown>;
};

/** What tasks run in. */
export type Workspace = { revision: string | null; cwd: string };

/** The checkout of the jobs, as one process has it. */
export type Checkout = {
  /** Brings it up to its branch; jobs that a new revision changes are in force then. Never rejects: what stood in the way is in the result. */
  sync(signal: AbortSignal): Promise<SyncResult>;
  /** Answers what tasks run in that ask for no sync. */
  find(): Promise<Workspace>;
};

/** Answers the checkout that the configuration in force names. */
export function createCheckout(deps: CheckoutDeps): Checkout {
  const { ctx } = deps;
  return {
    async sync(signal) {
      const { repoDir, branch } = ctx.config.jobs;
      const result = await syncCheckout({
        repoDir,
        branch,
        treesDir: treesDirOf(ctx.config),
        validate: async (treeDir) => (await deps.load(placeIn(treeDir, ctx.config))).jobs,
        revisionsInUse: () => selectRevisionsInUse(ctx),
        clock: ctx.clock,
        signal,
      });
      // The checkout may also have been brought up by another process, of which this one has not read yet.
      if (result.problem === null) await takeUp(deps);
      return result;
    },
    async find() {
      const { jobs } = ctx.config;
      return (await findTree(treesDirOf(ctx.config))) ?? { revision: null, cwd: jobs.repoDir };
    },
  };
}

/** What is wrong elsewhere, in tocsin.yaml, keeps no run from going on with what is in force. */
async function takeUp({ ctx, reload }: CheckoutDeps): Promise<void> {
  try {
    await reload();
  } catch (err) {
    ctx.log.error({ tag: 'config', err }, '[config] not read anew after a sync: what was in force stays');
  }
}

/** A folder a checkout: what is in place for one is nothing to another. */
function treesDirOf({ dataDir, jobs }: Config): string {
  const name = createHash('sha256').update(jobs.repoDir).digest('hex').slice(0, 12);
  return join(dataDir, 'trees', name);
}

/** Answers where the jobs are in a tree of the checkout; a file that is elsewhere stays where it is. */
function placeIn(treeDir: string, { jobs }: Config): CheckoutPlace {
  const { path, repoDir } = jobs;
  const way = path === null ? 'automation/jobs.yaml' : relative(repoDir, path);
  const isInside = dirname(way).split('/')[0] !== '..';
  return { repoDir: treeDir, jobsPath: isInside ? join(treeDir, way) : (path ?? '') };
}

/** Failures in a row after which people should know. */
const toleratedFailures = 2;

/** Answers the report about the syncs of a checkout: that they fail, or that it is over; null where nobody needs to hear. */
export function reportSync(
  ctx: FlowCtx,
  problem: string | null,
  failures: { before: number; now: number },
): AlertReport | null {
  const { repoDir, branch } = ctx.config.jobs;
  if (Math.max(failures.before, failures.now) <= toleratedFailures) return null;
  return {
    service: 'tocsin',
    env: 'prod',
    kind: 'job_failure',
    severity: 'P3',
    title: `The checkout ${repoDir} cannot be brought up to ${branch}`,
    message:
      problem &&
      `${failures.now} syncs in a row have failed; tasks run on what is there. The last: ${problem}`,
    source: ctx.actor.name,
    status: problem === null ? 'resolved' : 'firing',
    startedAt: null,
    endsAt: null,
    labels: { host: hostname() },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `sync:${hostname()}:${repoDir}`,
    // Only a sync that goes well, and no time, says that it is over.
    dedupeTtlMs: null,
  };
}
