import {
  type Config,
  formatProblems,
  hashConfig,
  type Problem,
  type ReloadResult,
  watchConfig,
} from '../config/index.ts';
import { recordReload } from '../deployments/index.ts';
import type { FlowCtx } from './context.ts';
import { createLoop } from './loop.ts';

/** What is wrong with the files since the last good load. */
export type ReloadTrouble = { sinceMs: number; text: string };

export type ConfigReloading = {
  start(): void;
  stop(): Promise<void>;
  /** Tells of the trouble, or of its end, where that did not succeed yet; answers whether there was such news. */
  tick(): Promise<boolean>;
  reload(): Promise<ReloadResult>;
  trouble(): ReloadTrouble | null;
};

export type ConfigReloadingDeps = {
  ctx: FlowCtx;
  load(): Promise<Config>;
  /** Puts it in force. */
  apply(config: Config): Promise<void>;
};

const retryEveryMs = 1000;

/** Answers what reloads the configuration when its files change or when asked; files that are wrong become an alert, which heals with them. */
export function createConfigReloading({ ctx, load, apply }: ConfigReloadingDeps): ConfigReloading {
  let trouble: ReloadTrouble | null = null;
  const alert = createTroubleAlert(ctx);
  const watch = watchConfig({
    load,
    current: ctx.config,
    clock: ctx.clock,
    async onChange({ config, changed, needsRestart }) {
      await apply(config);
      trouble = null;
      const fields = { tag: 'config', changed, needs_restart: needsRestart };
      ctx.log.info(fields, `[config] in force: ${changed.join(', ') || 'the same as before'}`);
      if (needsRestart.length > 0)
        ctx.log.warn(fields, `[config] waits for a restart: ${needsRestart.join(', ')}`);
      if (changed.length > 0) await note(ctx, config, changed);
      await alert.want(null);
    },
    async onProblem({ problems }) {
      const text = formatProblems(problems);
      trouble = { sinceMs: trouble?.sinceMs ?? ctx.clock.now(), text };
      ctx.log.error({ tag: 'config', problems }, `[config] not in force: ${text}`);
      await alert.want(problems);
    },
  });
  return {
    start() {
      watch.start();
      alert.start();
    },
    async stop() {
      await watch.stop();
      await alert.stop();
    },
    tick: alert.tick,
    async reload() {
      const hadTrouble = trouble !== null;
      const result = await watch.reload();
      if (!hadTrouble && result.ok && result.changed.length + result.needsRestart.length === 0)
        ctx.log.info({ tag: 'config' }, '[config] read anew: nothing has changed');
      return result;
    },
    trouble: () => trouble,
  };
}

/** Leaves a record that triage can name; what is in force does not depend on it. */
async function note(ctx: FlowCtx, config: Config, changed: readonly string[]): Promise<void> {
  try {
    const reload = {
      version: hashConfig(config),
      by: ctx.actor.name,
      notes: `changed: ${changed.join(', ')}`,
    };
    await recordReload(ctx, reload);
  } catch (err) {
    // The log has said already what is in force since when.
    ctx.log.warn({ tag: 'config', err }, '[config] the reload could not be recorded among the deployments');
  }
}

type Wanted = { problems: readonly Problem[] | null; isLate: boolean };

/** Answers the alert of wrong files: what it should say is kept until it was said, and never decides over the configuration. */
function createTroubleAlert(ctx: FlowCtx) {
  // A process before this one may have left the alert behind, and this one started with good files.
  let wanted: Wanted | null = { problems: null, isLate: false };
  const tick = async (): Promise<boolean> => {
    const telling = wanted;
    if (telling === null) return false;
    try {
      await reportTrouble(ctx, telling.problems);
      if (wanted === telling) wanted = null;
    } catch (err) {
      if (!telling.isLate)
        ctx.log.warn(
          { tag: 'config', err },
          '[config] the alert of a reload could not be told; trying again',
        );
      telling.isLate = true;
    }
    return true;
  };
  return {
    ...createLoop({ clock: ctx.clock, round: tick, restMs: retryEveryMs }),
    tick,
    async want(problems: readonly Problem[] | null) {
      wanted = { problems, isLate: false };
      await tick();
    },
  };
}

/** Raises the alert that the files are wrong, or ends it where there are no problems. */
async function reportTrouble(ctx: FlowCtx, problems: readonly Problem[] | null): Promise<void> {
  await ctx.intake.submit(
    [
      {
        service: 'tocsin',
        env: 'prod',
        kind: 'config',
        severity: 'P2',
        title: 'The configuration is wrong; the last good one stays in force',
        message: problems && formatProblems(problems),
        source: ctx.actor.name,
        status: problems ? 'firing' : 'resolved',
        startedAt: null,
        endsAt: null,
        labels: {},
        annotations: {},
        metrics: {},
        evidence: null,
        fingerprint: 'config-reload',
        dedupeTtlMs: null,
      },
    ],
    ctx.requestId,
  );
}
