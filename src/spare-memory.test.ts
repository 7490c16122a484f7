import { expect, it, test } from 'vitest';
import { createTestClock } from '../test/clock.ts';
import { createSpareMemory, decideSweep } from './spare-memory.ts';

const mebibyte = 1024 * 1024;

it.each([
  ['busy', { heapBytes: 500, swept: null, busyRatio: 0.6 }],
  ['first', { heapBytes: 40, swept: null, busyRatio: 0.1 }],
  ['little', { heapBytes: 55, swept: { heapBytes: 40, agoMs: 90_000 }, busyRatio: 0.1 }],
  ['lately', { heapBytes: 56, swept: { heapBytes: 40, agoMs: 29_999 }, busyRatio: 0.1 }],
  ['grown', { heapBytes: 56, swept: { heapBytes: 40, agoMs: 30_000 }, busyRatio: 0.5 }],
] as const)('%s decides whether the heap is swept', (reason, { heapBytes, swept, busyRatio }) => {
  const inBytes = swept && { ...swept, heapBytes: swept.heapBytes * mebibyte };
  const sweep = reason === 'first' || reason === 'grown';
  expect(decideSweep({ heapBytes: heapBytes * mebibyte, swept: inBytes, busyRatio })).toEqual({
    sweep,
    reason,
  });
});

test('the heap is swept after the start, then after each growth, and never while there is much to do', async () => {
  const clock = createTestClock();
  const state = { heapMiB: 60, busyRatio: 0.9, sweeps: 0 };
  const memory = createSpareMemory({
    clock,
    sweep() {
      state.sweeps++;
      state.heapMiB = 30;
    },
    readHeapBytes: () => state.heapMiB * mebibyte,
    readBusyRatio: () => state.busyRatio,
  });
  memory.start();
  const sweepsAfter = async (delayMs: number, change: Partial<typeof state>) => {
    Object.assign(state, change);
    await clock.advance(delayMs);
    return state.sweeps;
  };
  expect(await sweepsAfter(2_000, {})).toBe(0);
  expect(await sweepsAfter(1_000, { busyRatio: 0.1 })).toBe(1);
  expect(await sweepsAfter(100_000, {})).toBe(1);
  expect(await sweepsAfter(1_000, { heapMiB: 300 })).toBe(2);
  expect(await sweepsAfter(10_000, { heapMiB: 300 })).toBe(2);
  expect(await sweepsAfter(20_000, {})).toBe(3);
  await memory.stop();
});
