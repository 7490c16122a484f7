import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { alertTables, createBareClaimer, workTable } from './bare.ts';
import type { Claimer, ClaimPlan, ClaimResult, ClaimWay } from './claimer.ts';
import { createLeastOnPostgres } from './least.ts';
import { createPgBossClaimer } from './pg-boss.ts';
import { createThreadClaimer } from './thread.ts';
import { createTocsinClaimer } from './tocsin.ts';

/*
 * A claiming process. It takes its plan as JSON in its only argument, says `ready`, begins when its standard input says
 * anything, and prints what it did as a line of JSON.
 */

const plan = JSON.parse(process.argv[2] ?? '') as ClaimPlan;
const claimer = await createClaimer(plan);
const latencyMicros = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });

function createClaimer({ way, target }: ClaimPlan): Promise<Claimer> {
  if (way === 'tocsin') return createTocsinClaimer(target);
  if (way === 'pg-boss') return createPgBossClaimer(target);
  if (way === 'least')
    return target.startsWith('postgres')
      ? createLeastOnPostgres(target)
      : createThreadClaimer(target, 'least');
  const hasEvents = way === 'bare on alerts with events';
  const engine = target.startsWith('postgres') ? 'postgres' : 'sqlite';
  const table =
    way === 'bare' || way === 'bare in a thread' ? workTable : { ...alertTables[engine], hasEvents };
  return isInThread(way) ? createThreadClaimer(target, table) : createBareClaimer(target, table);
}

function isInThread(way: ClaimWay): boolean {
  return way === 'bare in a thread' || way === 'bare on alerts in a thread';
}

/** Claims until the time is over; answers how many it acked, and whether more may wait. */
async function claimFor(durationMs: number): Promise<{ acked: number; isEmpty: boolean }> {
  const deadline = performance.now() + durationMs;
  let acked = 0;
  while (performance.now() < deadline) {
    const before = performance.now();
    const count = await claimer.claimAndAck(plan.limit);
    if (count === 0) return { acked, isEmpty: true };
    latencyMicros.record(Math.max(1, Math.round((performance.now() - before) * 1000)));
    acked += count;
  }
  return { acked, isEmpty: false };
}

async function run(): Promise<ClaimResult> {
  const warmup = await claimFor(plan.warmupMs);
  if (warmup.isEmpty) throw new Error('nothing was left to claim after the warm-up');
  latencyMicros.reset();
  const startedAt = performance.now();
  const { acked } = await claimFor(plan.measureMs);
  return {
    acked,
    seconds: (performance.now() - startedAt) / 1000,
    p50Ms: latencyMicros.percentile(50) / 1000,
    p99Ms: latencyMicros.percentile(99) / 1000,
  };
}

console.log('ready');
await once(process.stdin, 'data');
console.log(JSON.stringify(await run()));
process.exit(0);
