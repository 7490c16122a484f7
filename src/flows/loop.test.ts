import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createLoop } from './loop.ts';

it('a loop rests before its first round where it should, and between rounds', async () => {
  const clock = createTestClock();
  const rounds: number[] = [];
  const startedAt = clock.now();
  const round = async () => rounds.push(clock.now() - startedAt);
  const loop = createLoop({ clock, round, restMs: 100, firstRestMs: 30 });
  loop.start();
  await clock.advance(250);
  expect(rounds).toEqual([30, 130, 230]);
  await loop.stop();
  await clock.advance(1000);
  expect(rounds).toHaveLength(3);
});

it('the stop of a loop waits for the round under way, and no other begins', async () => {
  const clock = createTestClock();
  const done: string[] = [];
  let finish = () => {};
  const round = () =>
    new Promise<void>((resolve) => {
      finish = () => {
        done.push('round');
        resolve();
      };
    });
  const loop = createLoop({ clock, round, restMs: 1 });
  loop.start();
  const stopped = loop.stop().then(() => done.push('stopped'));
  finish();
  await stopped;
  expect(done).toEqual(['round', 'stopped']);
});

it('a loop that is stopped during its first rest has no round at all', async () => {
  const clock = createTestClock();
  let rounds = 0;
  const loop = createLoop({ clock, round: async () => rounds++, restMs: 1, firstRestMs: 50 });
  loop.start();
  await loop.stop();
  expect(rounds).toBe(0);
});

it('a round of many parts sees that the stop waits, and may leave the rest', async () => {
  const clock = createTestClock();
  let parts = 0;
  const round = async (stopping: AbortSignal) => {
    while (!stopping.aborted) {
      parts++;
      await clock.wait(1, stopping);
    }
  };
  const loop = createLoop({ clock, round, restMs: 1 });
  loop.start();
  await clock.advance(2);
  await loop.stop();
  expect(parts).toBe(3);
});
