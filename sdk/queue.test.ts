import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Queue } from './lib/queue.js';

/** Collects what nobody holds any more. */
async function collect() {
  // What was reached through a weak reference is held until the turn ends.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test.each([
  ['one after the other', 1, 900],
  ['with others behind them', 450, 450],
])('nothing is held once it was taken and settled, %s', async (_, size, count) => {
  const queue = new Queue({ maxCount: 1000, maxBytes: 2 ** 20 });
  for (let number = 0; number < 900; number++) queue.push(`${number}`, '');
  const carry = () => {
    const taken = queue.take({ maxCount: size, maxBytes: 2 ** 20 });
    queue.settle(taken);
    return taken.map((item) => new WeakRef(item));
  };
  const seen = Array.from({ length: count / size }, carry).flat();
  expect([queue.held(), queue.waiting()]).toEqual([900 - count, 900 - count]);
  await collect();
  expect(seen.filter((ref) => ref.deref() !== undefined).length).toBe(0);
});

test('nothing is held that was dropped for others', async () => {
  const queue = new Queue({ maxCount: 2, maxBytes: 2 ** 20 });
  queue.push('1', 'a');
  queue.push('2', 'b');
  const first = queue.take({ maxCount: 10, maxBytes: 2 ** 20 });
  expect([queue.push('3', 'b'), queue.push('4', 'b')]).toEqual([1, 1]);
  expect([first[0]?.text, queue.held(), queue.oldest(), queue.newest()]).toEqual(['1', 2, 4, 4]);
  queue.settle(first);
  expect(queue.push('x'.repeat(2 ** 20), 'b')).toBe(1);
  expect(queue.take({ maxCount: 10, maxBytes: 10 }).map(({ number }) => number)).toEqual([5]);
});
