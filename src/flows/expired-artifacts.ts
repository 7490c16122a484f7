import { join } from 'node:path';
import { listOpenJobRuns } from '../alerts/index.ts';
import {
  decideArtifacts,
  type ExpiredFolder,
  type FoundFolder,
  listRunFolders,
  type RunFolder,
  removeRunFolder,
  selectRunStatuses,
} from '../runs/index.ts';
import type { RunStatus } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop, type Loop } from './loop.ts';

const dayMs = 86_400_000;

/** What went, or would. */
export type RemovedArtifacts = { folders: number; bytes: number };

/**
 * Removes what runs left on this machine for longer, or beyond the size, that the configuration keeps; a dry run only counts
 * it. What runs stays, and so does what a live alert, or one of an open incident, names as its run.
 */
export async function removeArtifacts(ctx: FlowCtx, dryRun: boolean): Promise<RemovedArtifacts> {
  const found = await listRunFolders(join(ctx.config.dataDir, 'artifacts'));
  if (found.length === 0) return { folders: 0, bytes: 0 };
  const folders = await judge(ctx, found);
  const expired = decideArtifacts(folders, ctx.config.retention.artifacts, ctx.clock.now());
  const gone: ExpiredFolder[] = [];
  for (const folder of expired) if (dryRun || (await remove(ctx, folder))) gone.push(folder);
  return { folders: gone.length, bytes: gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

async function judge(ctx: FlowCtx, found: readonly FoundFolder[]): Promise<RunFolder[]> {
  const ids = found.flatMap(({ runId }) => runId ?? []);
  const statusOf = await selectRunStatuses(ctx, ids);
  // Asked after the statuses: a run that has ended had reported its failures before.
  const open = new Set(await listOpenJobRuns(ctx));
  const nowMs = ctx.clock.now();
  return found.map(({ runId, ...folder }) => {
    const isOpen = runId !== null && open.has(runId);
    const status = runId === null ? undefined : statusOf.get(runId);
    return { ...folder, worth: isOpen ? 'held' : rate(status, nowMs - folder.atMs) };
  });
}

/** What nobody knows may be about to become known. */
function rate(status: RunStatus | undefined, ageMs: number): RunFolder['worth'] {
  if (status === 'queued' || status === 'running') return 'held';
  if (status === undefined) return ageMs < dayMs ? 'held' : 'well';
  return status === 'succeeded' ? 'well' : 'failed';
}

async function remove({ log }: FlowCtx, { path, reason }: ExpiredFolder): Promise<boolean> {
  const problem = await removeRunFolder(path);
  if (problem !== null)
    log.warn({ tag: 'job', path, reason, problem }, '[job] a folder that is to go cannot be removed');
  return problem === null;
}

/** Answers the loop that removes old artifacts once a day, the first time two minutes after the start; for whoever runs tasks, as they leave them on its machine. */
export function createArtifactRetention(ctx: FlowCtx): Loop & { tick(): Promise<boolean> } {
  const tick = async () => {
    try {
      const { folders, bytes } = await removeArtifacts(ctx, false);
      if (folders > 0)
        ctx.log.info(
          { tag: 'job', folders, bytes },
          '[job] removed artifacts that the retention does not keep',
        );
      return folders > 0;
    } catch (err) {
      // What could not be removed today is removed tomorrow.
      ctx.log.error({ tag: 'job', err }, '[job] old artifacts could not be removed');
      return false;
    }
  };
  return { ...createLoop({ clock: ctx.clock, round: tick, firstRestMs: 120_000, restMs: dayMs }), tick };
}
