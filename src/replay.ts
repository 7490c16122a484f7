import { existsSync } from 'node:fs';
import { openBase } from './base.ts';
import type { Config } from './config/index.ts';
import { systemActor } from './core/actor.ts';
import type { Clock } from './core/clock.ts';
import { createSystemClock } from './core/clock.ts';
import { AppError } from './core/errors.ts';
import { createIds } from './core/ids.ts';
import type { Log } from './core/log.ts';
import { type Laboratory, type Replay, replay } from './flows/replay.ts';
import { type Ctx, openStore, readMigrationState, type Store } from './store/index.ts';

export type { Replay } from './flows/replay.ts';

const dayMs = 86_400_000;

/** Runs the alerts of the last days through the configuration, beside the real database, which is only read. Throws NOT_FOUND, CONFLICT, UNAVAILABLE. */
export async function runReplay(
  config: Config,
  days: number,
  log: Log,
  clock: Clock = createSystemClock(),
): Promise<Replay> {
  if (config.store.backend === 'sqlite' && !existsSync(config.store.path))
    throw new AppError('NOT_FOUND', `there is no recording: no database at ${config.store.path}`);
  const store = await openStore(config.store, log);
  try {
    await requireCurrent(store);
    const recorded = createReader(store, clock, log);
    return await withLaboratory(config, log, clock.now() - days * dayMs, (laboratory) =>
      replay(recorded, clock.now() - days * dayMs, laboratory),
    );
  } finally {
    await store.close();
  }
}

/** A replay writes nothing, so that it cannot bring the database up to date either. */
async function requireCurrent(store: Store): Promise<void> {
  const missing = (await readMigrationState(store.db)).filter(({ appliedAt }) => appliedAt === null);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new AppError('CONFLICT', `the database lacks ${names}: run tocsin migrate first`);
}

function createReader(store: Store, clock: Clock, log: Log): Ctx {
  return {
    db: store.db,
    dialect: store.dialect,
    clock,
    ids: createIds(clock),
    log,
    actor: systemActor('replay'),
    requestId: null,
    afterCommit: null,
  };
}

async function withLaboratory<Result>(
  config: Config,
  log: Log,
  startMs: number,
  work: (laboratory: Laboratory) => Promise<Result>,
): Promise<Result> {
  let nowMs = startMs;
  const clock: Clock = { now: () => nowMs, wait: () => Promise.resolve() };
  const base = await openBase({ config: makeUnreal(config), log, clock });
  try {
    return await work({
      ctx: base.context(systemActor('replay'), null),
      moveTo(toMs) {
        nowMs = toMs;
      },
    });
  } finally {
    await base.close();
  }
}

/** The same rules, on nothing that is real. */
function makeUnreal(config: Config): Config {
  const { policy } = config;
  return {
    ...config,
    store: { backend: 'memory' },
    notify: { ...config.notify, dryRun: false },
    policy: { ...policy, defaults: { ...policy.defaults, llmMode: 'off' } },
  };
}
