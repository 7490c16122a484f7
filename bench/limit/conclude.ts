import type { Figures, Spread } from '../harness/benchmark.ts';
import { formatNumber, formatSpread } from '../harness/format.ts';
import { spreadOf } from '../harness/statistics.ts';

/** A load whose goal is a multiple of the peer's rate, by the keys of its figures. */
export type Limited = { key: string; title: string; goal: number };

/** What one alert takes, run by run: rates, and µs of CPU. */
type Taken = Record<'perSecond' | 'micros' | 'mainMicros' | 'loadMicros', readonly number[]>;

/**
 * Answers what a goal leaves a server of the machine, and which sides need more than that: at that rate all cores give so
 * much CPU an alert, less what the load generator takes of it, and the one thread that speaks HTTP one core's.
 */
export function concludeLimit(
  { key, title, goal }: Limited,
  sides: Figures['sides'],
  { peer, cores }: { peer: string; cores: number },
): string[] {
  const { perSecond, loadMicros } = readTaken(key, peer, sides);
  if (perSecond.length === 0) return [];
  const onOneCore = perSecond.map((rate) => 1_000_000 / (goal * rate));
  const inAll = onOneCore.map((micros, i) => micros * cores - (loadMicros[i] ?? 0));
  const left = { inAll: spreadOf(inAll), onOneCore: spreadOf(onOneCore) };
  const lines = sides
    .filter(({ name }) => name !== peer)
    .map(({ name }) => ({ name, taken: readTaken(key, name, sides) }))
    .filter(({ taken }) => taken.perSecond.length > 0)
    .map(
      ({ name, taken }) => `  ${name}: ${describe(spreadOf(taken.micros), spreadOf(taken.mainMicros), left)}`,
    );
  return [
    `${title}: ${goal} × ${peer} (${formatSpread(spreadOf(perSecond))} a second) leaves a server ${formatSpread(left.inAll)} µs of ` +
      `CPU an alert on ${cores} cores beside the load generator, and ${formatSpread(left.onOneCore)} on the thread that speaks HTTP.`,
    ...lines,
  ];
}

function describe(micros: Spread, mainMicros: Spread, left: { inAll: Spread; onOneCore: Spread }): string {
  const over = [
    ...overBy(micros, left.inAll, 'in all'),
    ...overBy(mainMicros, left.onOneCore, 'on that thread'),
  ];
  const fits = over.length === 0 ? 'fits' : `too much by ${over.join(' and ')}`;
  return `${formatSpread(micros)} µs, ${formatSpread(mainMicros)} of them on that thread: ${fits}`;
}

function overBy(needed: Spread, left: Spread, where: string): string[] {
  const over = needed.median - left.median;
  return over > 0 ? [`${formatNumber(over)} ${where}`] : [];
}

function readTaken(key: string, side: string, sides: Figures['sides']): Taken {
  const runs = sides.find(({ name }) => name === side)?.runs ?? [];
  const read = (what: string) => runs.flatMap((run) => run[`${key}${what}`] ?? []);
  return {
    perSecond: read('PerSecond'),
    micros: read('Micros'),
    mainMicros: read('MainMicros'),
    loadMicros: read('LoadMicros'),
  };
}
