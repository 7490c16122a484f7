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
import { type Ctx, requireCurrent, type Store, withStore } from './store/index.ts';

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
  return withStore(config.store, log, async (store) => {
    // A replay writes nothing, so that it cannot bring the database up to date either.
    await requireCurrent(store.db);
    const recorded = createReader(store, clock, log);
    return withLaboratory(config, log, clock.now() - days * dayMs, (laboratory) =>
      replay(recorded, clock.now() - days * dayMs, laboratory),
    );
  });
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
    // Nobody acknowledges anything there, so that every incident would climb.
    notify: { dryRun: false, escalation: [] },
    policy: { ...policy, defaults: { ...policy.defaults, llmMode: 'off' } },
  };
}
