import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { actions } from '../actions.ts';
import { openBase, openLog, translateStoreError } from '../base.ts';
import { loadConfig } from '../config/index.ts';
import { Answer, runAction } from '../core/action.ts';
import type { Actor } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';

/** Runs the action on the configured database itself; whoever may read that may do all. A jobs.yaml that is wrong stops those alone that need it. */
export async function runLocally(
  name: string,
  input: unknown,
  options: { config?: string; jobs?: string; needsJobs: boolean },
): Promise<unknown> {
  const action = actions.find((action) => action.name === name);
  if (!action) throw new AppError('NOT_FOUND', `there is no action ${name}`);
  const config = await loadConfig({
    configPath: options.config,
    jobsPath: options.jobs,
    areJobsOptional: !options.needsJobs,
  });
  // Standard output belongs to the result.
  const log = await openLog({ ...config.log, level: 'warn' }, process.stderr);
  const { store } = config;
  const newFile = store.backend === 'sqlite' && !existsSync(store.path) ? store.path : null;
  const base = await openBase({ config, log });
  if (newFile !== null) process.stderr.write(`tocsin: ${sayNewFile(newFile)}\n`);
  try {
    const actor: Actor = { name: `cli:${userInfo().username}`, role: 'admin', entitlements: ['*'] };
    return unwrap(await runAction(action, base.context(actor, null), input));
  } catch (error) {
    throw translateStoreError(error);
  } finally {
    await base.close();
  }
}

/** In the wrong folder all would look well: nothing is there, so nothing is wrong. */
function sayNewFile(path: string): string {
  return `there was no database at ${path}, so this is about an empty one that was made there; TOCSIN_DATA_DIR names another folder, and --url a running server`;
}

function unwrap(result: unknown): unknown {
  if (!(result instanceof Answer)) return result;
  if (result.error) throw result.error;
  return result.body;
}
