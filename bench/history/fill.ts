import { sql } from 'kysely';
import {
  type CheckRecord,
  type ComponentChange,
  type ComponentState,
  type MaintenanceNote,
  writeHealth,
} from '../../src/health/index.ts';
import { type Ctx, inTransaction, migrate } from '../../src/store/index.ts';
import { openContext, storeOptions } from '../harness/store-context.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const weeks = 52;

export const nameOf = (i: number) => `component-${String(i).padStart(3, '0')}`;

/** What is kept of a year, by resolution: how long a bucket is, how many there are, how many results are in one. */
const kept = [
  ['minute', minuteMs, 2 * 24 * 60, 2],
  ['hour', hourMs, 90 * 24, 120],
  ['day', dayMs, 365, 2880],
] as const;

/**
 * Makes Tocsin's schema in an empty database, with what so many components with a check each, every 30 seconds, leave
 * behind in a year: each was down once a week for ten minutes, degraded for as long, and worked on for an hour.
 */
export async function fillYear(target: string, count: number): Promise<void> {
  const { store, ctx } = await openContext(storeOptions(target), 'fill');
  const nowMs = ctx.clock.now();
  await migrate(store.db, store.dialect, nowMs);
  for (const resolution of kept) await fillResolution(ctx, count, nowMs, resolution);
  for (let i = 0; i < count; i++)
    await inTransaction(ctx, (ctx) => writeYear(ctx, nameOf(i), nowMs - i * minuteMs));
  // PostgreSQL does this by itself, a minute later; SQLite never does.
  if (store.backend === 'postgres')
    for (const tidy of [sql`vacuum analyze`, sql`checkpoint`]) await tidy.execute(store.db);
  await store.close();
}

async function fillResolution(
  ctx: Ctx,
  count: number,
  nowMs: number,
  [name, bucketMs, buckets, results]: (typeof kept)[number],
): Promise<void> {
  const firstMs = Math.floor(nowMs / bucketMs) * bucketMs - (buckets - 1) * bucketMs;
  for (let i = 0; i < count; i++)
    await sql`with recursive bucket(at) as (select cast(${firstMs} as bigint) union all
        select at + ${sql.lit(bucketMs)} from bucket where at < ${firstMs + (buckets - 1) * bucketMs})
      insert into check_history select ${sql.lit(name)}, cast(${nameOf(i)} as text), 'front', at,
        ${sql.lit(results)}, 0, 0, 0, ${sql.lit(results * 12)}, 31 from bucket`.execute(ctx.db);
}

async function writeYear(ctx: Ctx, component: string, nowMs: number): Promise<void> {
  const changes: ComponentChange[] = [
    { component, at: nowMs - weeks * weekMs, from: null, to: 'ok', reason: null },
  ];
  const maintenance: MaintenanceNote[] = [];
  for (let week = weeks; week > 0; week--) {
    const at = nowMs - week * weekMs + dayMs;
    const step = (from: ComponentChange['from'], to: ComponentChange['to'], afterMs: number) =>
      changes.push({ component, at: at + afterMs, from, to, reason: to === 'ok' ? null : 'timeout' });
    step('ok', 'down', 0);
    step('down', 'degraded', 10 * minuteMs);
    step('degraded', 'ok', 20 * minuteMs);
    maintenance.push({ component, fromMs: at + dayMs, untilMs: at + dayMs + hourMs });
  }
  const since = changes.at(-1)?.at ?? nowMs;
  const ok = { component, status: 'ok', reason: null, since, checkedAt: nowMs } as const;
  const state: ComponentState = { ...ok, toldBy: null };
  await writeHealth(ctx, { records: [recordOf(ok)], states: [state], changes, results: [], maintenance });
}

function recordOf(
  ok: Pick<CheckRecord, 'component' | 'status' | 'reason' | 'since' | 'checkedAt'>,
): CheckRecord {
  return {
    ...ok,
    check: 'front',
    detail: null,
    latencyMs: 12,
    consecutiveFailures: 0,
    consecutiveDowns: 0,
    consecutiveSuccesses: 9,
    consecutiveNotDowns: 9,
    recent: '',
    lastGood: { at: ok.checkedAt, latencyMs: 12 },
  };
}
