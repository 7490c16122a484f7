import {
  type Config,
  formatProblems,
  type Problem,
  type ReloadResult,
  watchConfig,
} from '../config/index.ts';
import type { FlowCtx } from './context.ts';

/** What is wrong with the files since the last good load. */
export type ReloadTrouble = { sinceMs: number; text: string };

export type ConfigReloading = {
  start(): void;
  stop(): Promise<void>;
  reload(): Promise<ReloadResult>;
  trouble(): ReloadTrouble | null;
};

export type ConfigReloadingDeps = {
  ctx: FlowCtx;
  load(): Promise<Config>;
  /** Puts it in force. */
  apply(config: Config): Promise<void>;
};

/** Answers what reloads the configuration when its files change or when asked; files that are wrong become an alert, which heals with them. */
export function createConfigReloading({ ctx, load, apply }: ConfigReloadingDeps): ConfigReloading {
  let trouble: ReloadTrouble | null = null;
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
      await reportTrouble(ctx, null);
    },
    async onProblem({ problems }) {
      const text = formatProblems(problems);
      trouble = { sinceMs: trouble?.sinceMs ?? ctx.clock.now(), text };
      ctx.log.error({ tag: 'config', problems }, `[config] not in force: ${text}`);
      await reportTrouble(ctx, problems);
    },
  });
  return {
    start() {
      watch.start();
      // A process before this one may have left the alert behind, and this one started with good files.
      reportTrouble(ctx, null).catch((err: unknown) =>
        ctx.log.warn({ tag: 'config', err }, '[config] the alert of an earlier reload could not be ended'),
      );
    },
    stop: watch.stop,
    reload: watch.reload,
    trouble: () => trouble,
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
