import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { giveWay } from './give-way.ts';

function stand(tookMs: number, pending: () => number) {
  const clock = createTestClock();
  const stopping = new AbortController();
  const state = { isOver: false };
  const intake = { pending, submit: () => Promise.reject(), idle: () => Promise.reject() };
  void giveWay({ clock, intake }, tookMs, stopping.signal).then(() => {
    state.isOver = true;
  });
  const isOverAfter = async (delayMs: number) => {
    await clock.advance(delayMs);
    await new Promise((resolve) => setImmediate(resolve));
    return state.isOver;
  };
  return { isOverAfter, stop: () => stopping.abort() };
}

test('who reports goes first in a flood: the supervisor stands back four times as long as its round took', async () => {
  const { isOverAfter } = stand(50, () => 8);
  expect(await isOverAfter(199)).toBe(false);
  expect(await isOverAfter(1)).toBe(true);
});

test('it stands back for a second at most', async () => {
  const { isOverAfter } = stand(60_000, () => 64);
  expect(await isOverAfter(999)).toBe(false);
  expect(await isOverAfter(1)).toBe(true);
});

test('a crowd that one slow commit has gathered is not waited for once it has gone', async () => {
  let pending = 30;
  const { isOverAfter } = stand(60, () => pending);
  expect(await isOverAfter(9)).toBe(false);
  pending = 7;
  expect(await isOverAfter(1)).toBe(true);
});

test('nobody is waited for where no crowd is', async () => {
  expect(await stand(50, () => 7).isOverAfter(0)).toBe(true);
});

test('a stop is not waited for', async () => {
  const { isOverAfter, stop } = stand(50, () => 8);
  stop();
  expect(await isOverAfter(0)).toBe(true);
});
