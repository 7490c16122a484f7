import { hasPassed, toIso } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { takeLease } from '../health/index.ts';
import { readOutboxHealth } from '../notify/index.ts';
import type { RedisState } from '../redis/index.ts';
import type { FlowCtx } from './context.ts';
import {
  type Part,
  type PartStatus,
  type RoleDeps,
  readScheduler,
  readSupervisor,
} from './self-health-roles.ts';

const answerKeptMs = 1000;
const pingTimeoutMs = 2000;
/** Nobody ever holds it: that it can be taken again and again shows that the database takes writes. */
const writeProbe = { name: 'write-probe', holder: 'health', leaseMs: 0 };
const outboxLateMs = 5 * 60_000;
/** Further apart than this the clocks of this machine and of the database make leases and times look odd. */
const skewToleratedMs = 2000;

/** Tocsin's own health: `status` is down where it cannot do its job. */
export type SelfHealth = {
  status: PartStatus;
  timestamp: string;
  /** Seconds since the start. */
  uptime: number;
  version: string;
  durable: boolean;
  backend: string;
  components: Readonly<Record<'database' | 'redis' | 'scheduler' | 'supervisor' | 'outbox', Part>>;
};

export type SelfHealthDeps = RoleDeps & {
  version: string;
  store: { readonly backend: string; readonly durable: boolean; ping(): Promise<void> };
  /** Null: this process uses none. */
  redis: { state(): RedisState } | null;
  /** How far the database's clock is ahead. */
  clockOffsetMs(): number;
};

/** Answers what reads Tocsin's own health; the answer is shared for a second, so that pollers cost one look and one small write in it, however many there are. Never throws. */
export function createSelfHealth(deps: SelfHealthDeps): () => Promise<SelfHealth> {
  const startedAtMs = deps.ctx.clock.now();
  let kept: { sinceMs: number; answer: Promise<SelfHealth> } | null = null;
  return () => {
    const nowMs = deps.ctx.clock.now();
    if (kept === null || hasPassed(answerKeptMs, kept.sinceMs, nowMs))
      kept = { sinceMs: nowMs, answer: read(deps, startedAtMs, nowMs) };
    return kept.answer;
  };
}

async function read(deps: SelfHealthDeps, startedAtMs: number, nowMs: number): Promise<SelfHealth> {
  const database = await readDatabase(deps);
  const isGone = database.status === 'down';
  const components = {
    database,
    redis: readRedis(deps.redis?.state() ?? null),
    scheduler: await readScheduler(deps, isGone),
    supervisor: await readSupervisor(deps, isGone),
    outbox: isGone ? ({ status: 'down' } as const) : await readOutbox(deps.ctx),
  };
  return {
    status: worst(components),
    timestamp: toIso(nowMs),
    uptime: Math.round((nowMs - startedAtMs) / 1000),
    version: deps.version,
    durable: deps.store.durable,
    backend: deps.store.backend,
    components,
  };
}

async function readDatabase(deps: SelfHealthDeps): Promise<Part> {
  const { store, ctx, clockOffsetMs } = deps;
  const read = await tryInTime(ctx, () => store.ping());
  if (read !== 'ok') return { status: 'down', reason: read };
  // On a full disk, or a standby, all that is known can still be read, and nothing new can be kept.
  const written = await tryInTime(ctx, () => takeLease(ctx, { ...writeProbe, token: ctx.ids.uuid() }));
  if (written === 'failed') return { status: 'down', reason: 'cannot_write' };
  // Whoever else writes for long, as a backup that is put back, keeps us waiting and loses nothing.
  if (written === 'timeout') return { status: 'degraded', reason: 'slow_to_write' };
  const skewMs = clockOffsetMs();
  if (Math.abs(skewMs) <= skewToleratedMs) return { status: 'ok' };
  return { status: 'degraded', reason: 'clock_skew', clock_skew_ms: skewMs };
}

async function tryInTime(ctx: FlowCtx, act: () => Promise<unknown>): Promise<'ok' | 'failed' | 'timeout'> {
  const over = new AbortController();
  const timeout = ctx.clock.wait(pingTimeoutMs, over.signal).then(() => 'timeout' as const);
  const attempt = act().then(
    () => 'ok' as const,
    (err: unknown) => {
      ctx.log.warn({ tag: 'db', err }, `[db] the database does not do its job: ${describeError(err)}`);
      return 'failed' as const;
    },
  );
  const outcome = await Promise.race([attempt, timeout]);
  over.abort();
  return outcome;
}

async function readOutbox(ctx: FlowCtx): Promise<Part> {
  try {
    const { counts, oldestPendingAgeMs } = await readOutboxHealth(ctx);
    const isLate = (oldestPendingAgeMs ?? 0) > outboxLateMs;
    const waiting = counts.pending + counts.sending;
    return { status: counts.dead > 0 || isLate ? 'degraded' : 'ok', waiting, dead: counts.dead };
  } catch (err) {
    ctx.log.warn({ tag: 'notify', err }, '[notify] the outbox cannot be read');
    return { status: 'down' };
  }
}

function readRedis(state: RedisState | null): Part {
  if (state === null) return { status: 'unknown', reason: 'not_used' };
  if (state.isUp) return { status: 'ok' };
  return { status: 'down', reason: state.reason ?? 'unreachable', since: toIso(state.sinceMs) };
}

/** Without Redis it does all its job, if each process counts callers by itself. */
function worst({ redis, ...parts }: SelfHealth['components']): PartStatus {
  const words = Object.values(parts).map(({ status }) => status);
  if (words.includes('down')) return 'down';
  return words.includes('degraded') || redis.status === 'down' ? 'degraded' : 'ok';
}
