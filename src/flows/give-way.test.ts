import { expect, test } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createGiveWay, type Round } from './give-way.ts';

function stand(round: Round, pending: () => number, giveWay = createGiveWay()) {
  const clock = createTestClock();
  const stopping = new AbortController();
  const state = { isOver: false };
  const intake = { pending, submit: () => Promise.reject(), idle: () => Promise.reject() };
  void giveWay({ clock, intake }, round, stopping.signal).then(() => {
    state.isOver = true;
  });
  const isOverAfter = async (delayMs: number) => {
    await clock.advance(delayMs);
    await new Promise((resolve) => setImmediate(resolve));
    return state.isOver;
  };
  return { isOverAfter, stop: () => stopping.abort() };
}

const urgent = (tookMs: number): Round => ({ tookMs, isUrgent: true });
const quiet = (tookMs: number): Round => ({ tookMs, isUrgent: false });

test.each([
  { name: 'four times as long as its round took', round: urgent(50), forMs: 200 },
  { name: 'for a second at most', round: urgent(60_000), forMs: 1_000 },
  { name: 'for most of the time where nothing asked for an incident', round: quiet(10), forMs: 190 },
  { name: 'no longer then than people notice, a quarter of a second', round: quiet(20), forMs: 250 },
  { name: 'four times as long then too, where that is more', round: quiet(100), forMs: 400 },
])('who reports goes first in a flood: the supervisor stands back $name', async ({ round, forMs }) => {
  const { isOverAfter } = stand(round, () => 8);
  expect(await isOverAfter(forMs - 1)).toBe(false);
  expect(await isOverAfter(1)).toBe(true);
});

test('a crowd that one slow commit has gathered is not waited for once it has gone', async () => {
  let pending = 30;
  const { isOverAfter } = stand(urgent(60), () => pending);
  expect(await isOverAfter(9)).toBe(false);
  pending = 7;
  expect(await isOverAfter(1)).toBe(false);
  expect(await isOverAfter(5)).toBe(true);
});

test('a crowd whose answers just went out is still one when it is back a moment later', async () => {
  const looks = [64, 0, 64, 0, 64];
  const { isOverAfter } = stand(urgent(5), () => looks.shift() ?? 64);
  expect(await isOverAfter(19)).toBe(false);
  expect(await isOverAfter(1)).toBe(true);
});

test('a flood is still known after the next round', async () => {
  const giveWay = createGiveWay();
  expect(await stand(urgent(2), () => 64, giveWay).isOverAfter(10)).toBe(true);
  const looks = [0, 64];
  expect(await stand(urgent(10), () => looks.shift() ?? 64, giveWay).isOverAfter(39)).toBe(false);
});

test('nobody is waited for where no crowd is', async () => {
  expect(await stand(urgent(50), () => 7).isOverAfter(0)).toBe(true);
});

test('a stop is not waited for', async () => {
  const { isOverAfter, stop } = stand(urgent(50), () => 8);
  stop();
  expect(await isOverAfter(0)).toBe(true);
});
