import { loadConfig } from '../src/config/index.ts';
import type { Config, RouteConfig } from '../src/config/types.ts';
import { systemActor } from '../src/core/actor.ts';
import { AppError } from '../src/core/errors.ts';
import type { AlertReport } from '../src/core/hand-over.ts';
import { createIds } from '../src/core/ids.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import { createIntake } from '../src/flows/intake.ts';
import { createSupervisor, type Supervisor } from '../src/flows/supervise.ts';
import type { Ctx, Store } from '../src/store/index.ts';
import { createFlowParts } from './flow-parts.ts';
import { completeReport } from './reports.ts';
import { createTestCtx, type StoreHarness } from './stores.ts';

/** A worker on a store: what it is handed, its supervisor, and short ways to report to it and to look at what it did. */
export type Worker = {
  ctx: FlowCtx;
  supervisor: Supervisor;
  report(...reports: Partial<AlertReport>[]): Promise<string[]>;
  /** Ticks until there is no work. */
  settle(): Promise<void>;
  /** The messages in the outbox, oldest first, as `channel event title`. */
  messages(): Promise<string[]>;
};

const route: RouteConfig = {
  name: 'all',
  match: {},
  channels: ['ops'],
  groupWaitMs: 0,
  severityFloor: 'INFO',
  sendResolved: true,
  dedupeTtlMs: null,
  quietHours: null,
  repeatIntervalMs: null,
  continue: false,
};

/** Answers the shipped policy with one route to one channel. */
export async function loadTestConfig(
  change: (config: Config) => Partial<Config> = () => ({}),
): Promise<Config> {
  const loaded = await loadConfig({ env: { ALERT_BACKEND: 'memory' }, cwd: import.meta.dirname });
  const config: Config = { ...loaded, channels: { ops: { type: 'log' } }, routes: [route] };
  return { ...config, ...change(config) };
}

/** Answers a worker on the store; several on one store are as several processes. */
export async function startWorker(
  harness: StoreHarness,
  options: { config?: Config; store?: Store; owner?: string } = {},
): Promise<Worker> {
  const base: Ctx = {
    ...createTestCtx(options.store ?? harness.store, harness.clock),
    ids: createIds(harness.clock),
  };
  const config = options.config ?? (await loadTestConfig());
  const ctx: FlowCtx = {
    ...base,
    actor: systemActor('supervisor'),
    config,
    ...createFlowParts(harness.clock),
    intake: createIntake(() => ctx, base.dialect),
  };
  const supervisor = createSupervisor({ makeCtx: () => ctx, owner: options.owner ?? 'worker-1' });
  return {
    ctx,
    supervisor,
    async report(...reports) {
      const answers = await ctx.intake.submit(reports.map(completeReport), null);
      return answers.map((answered) => answered.alert_ref ?? '');
    },
    async settle() {
      for (let rounds = 0; await supervisor.tick(); rounds++) {
        if (rounds > 1000) throw new AppError('INTERNAL_SERVER_ERROR', 'the supervisor always finds work');
      }
    },
    messages: () => listMessages(ctx),
  };
}

async function listMessages(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
  return rows.map(
    (row) => `${row.channel} ${row.event} ${(JSON.parse(row.payload) as { title: string }).title}`,
  );
}
