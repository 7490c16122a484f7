import { join } from 'node:path';
import { makeRunFolder, makeTaskFolder, noteRun, selectPayload, writeRunFile } from '../runs/index.ts';
import type { RunRow } from '../store/index.ts';
import { reportArtifacts } from './run-trouble.ts';
import type { LiveRun, PreparedRun, RunDeps } from './run-types.ts';

/** Makes the folder of a run, and writes down where it is; null: the disk refuses it, which the run and an alert say. */
export async function openFolder({ ctx, deps, started }: LiveRun): Promise<string | null> {
  const { run } = started;
  const isTriggered = run.source === 'alert' || run.source === 'webhook';
  const trigger_payload = isTriggered ? await selectPayload(ctx, run.run_id) : run.trigger_payload;
  const root = join(ctx.config.dataDir, 'artifacts');
  const made = await makeRunFolder(root, { ...run, trigger_payload }, ctx.clock.now());
  if ('problem' in made) {
    await noteRun(ctx, started, { error: `artifacts: ${made.problem}` });
    await reportArtifacts(ctx, deps.place.host, made.problem);
    return null;
  }
  await noteRun(ctx, started, { artifacts_dir: made.path });
  return made.path;
}

/** Answers where a task writes: a folder of its own where there are several; null: nowhere. */
export async function openTaskFolder(live: PreparedRun, task: string) {
  if (live.folder === null) return null;
  const made = await makeTaskFolder(live.folder, live.tasks.length > 1 ? task : null);
  if (!('problem' in made)) return made;
  await reportArtifacts(live.ctx, live.deps.place.host, made.problem);
  return null;
}

/** Says in `run.json` how a run ended, if it has one. */
export async function closeFolder(
  { ctx, place }: Pick<RunDeps, 'ctx' | 'place'>,
  run: RunRow,
): Promise<void> {
  if (run.artifacts_dir === null) return;
  const problem = await writeRunFile(run.artifacts_dir, run, ctx.clock.now());
  if (problem !== null) await reportArtifacts(ctx, place.host, problem);
}
