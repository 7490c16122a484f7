import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './core/clock.ts';
import { createLoop, type Loop } from './flows/loop.ts';

const lookEveryMs = 1_000;
/** What makes a sweep worth its while: it stops everything for about 100 ms. */
const worthBytes = 16 * 1024 * 1024;
const sweepEveryMs = 30_000;
const quietRatio = 0.5;

export type MemoryLook = {
  heapBytes: number;
  /** How much the last sweep has left, and how long ago that was; null before the first. */
  swept: { heapBytes: number; agoMs: number } | null;
  /** How much of the time since the last look was work. */
  busyRatio: number;
};

type SweepChoice = { sweep: boolean; reason: 'busy' | 'first' | 'little' | 'lately' | 'grown' };

/** Answers whether the heap is to be swept now. */
export function decideSweep({ heapBytes, swept, busyRatio }: MemoryLook): SweepChoice {
  if (busyRatio > quietRatio) return { sweep: false, reason: 'busy' };
  // What a start leaves behind is worth it always.
  if (swept === null) return { sweep: true, reason: 'first' };
  if (heapBytes < swept.heapBytes + worthBytes) return { sweep: false, reason: 'little' };
  if (swept.agoMs < sweepEveryMs) return { sweep: false, reason: 'lately' };
  return { sweep: true, reason: 'grown' };
}

export type SpareMemoryDeps = {
  clock: Clock;
  /** Sweeps the heap and gives what is free back to the system. */
  sweep(): void;
  readHeapBytes(): number;
  /** Answers how much of the time since it was asked last was work. */
  readBusyRatio(): number;
};

/**
 * Answers what sweeps the heap while little goes on. V8 does so when the heap runs full, which a process at rest never
 * sees: what its start, a configuration that was read or a flood has left would stay for days.
 */
export function createSpareMemory(deps: SpareMemoryDeps): Loop & { tick(): SweepChoice } {
  const { clock, sweep, readHeapBytes, readBusyRatio } = deps;
  let swept: { heapBytes: number; at: number } | null = null;
  const tick = () => {
    const last = swept && { heapBytes: swept.heapBytes, agoMs: clock.now() - swept.at };
    const choice = decideSweep({ heapBytes: readHeapBytes(), swept: last, busyRatio: readBusyRatio() });
    if (choice.sweep) {
      sweep();
      swept = { heapBytes: readHeapBytes(), at: clock.now() };
    }
    return choice;
  };
  const loop = createLoop({
    clock,
    round: async () => tick(),
    restMs: lookEveryMs,
    firstRestMs: lookEveryMs,
  });
  return { ...loop, tick };
}

/** Answers the same for this process. */
export function spareProcessMemory(clock: Clock): Loop {
  const gc = takeSweeper();
  // The heap may double before it is swept; V8 by itself lets a small one grow to four times what is in use. Not at the
  // launch, as a start would be swept too.
  setFlagsFromString('--heap-growing-percent=100');
  // While a start keeps the process busy what is new outlives its sweeps, and V8 would make objects of the same kind old from
  // birth: each keeps all of its request, until the whole heap is swept.
  setFlagsFromString('--no-allocation-site-pretenuring');
  let last = performance.eventLoopUtilization();
  return createSpareMemory({
    clock,
    // No other flavor gives back the room for what is new.
    sweep: () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
    readHeapBytes: () => getHeapStatistics().total_heap_size,
    readBusyRatio() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
  });
}

/** Answers V8's sweep. As a flag of the launch it would make a start a fifth longer: Node compiles its own modules anew then. */
function takeSweeper(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const gc: NodeJS.GCFunction = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return gc;
}
