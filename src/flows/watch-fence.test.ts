import { expect, test } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { beginHandOver, reopen } from '../store/index.ts';
import { createFenceWatch } from './watch-fence.ts';

async function open() {
  const harness = await openInMemory();
  const { ctx } = await startWorker(harness);
  const done: string[] = [];
  const acting = { start: () => void done.push('start'), stop: async () => void done.push('stop') };
  return { ...harness, ctx, done, watch: createFenceWatch({ ctx, acting }) };
}

test('a host acts from the first look on, ends when its database is handed over, and begins again when it is taken back', async () => {
  const { store, done, watch } = await open();
  expect(done).toEqual([]);
  await watch.tick();
  await watch.tick();
  expect({ done, over: watch.isHandedOver() }).toEqual({ done: ['start'], over: false });
  await beginHandOver(store, 'ann', 1);
  await watch.tick();
  await watch.tick();
  expect({ done, over: watch.isHandedOver() }).toEqual({ done: ['start', 'stop'], over: true });
  await reopen(store, 'ann', 2);
  await watch.tick();
  expect({ done, over: watch.isHandedOver() }).toEqual({ done: ['start', 'stop', 'start'], over: false });
});

test('a host that starts on a database that was handed over never begins', async () => {
  const { store, done, watch } = await open();
  await beginHandOver(store, 'ann', 1);
  await watch.tick();
  expect({ done, over: watch.isHandedOver() }).toEqual({ done: ['stop'], over: true });
});

test('a database that is away changes nothing', async () => {
  const { store, done, watch, clock } = await open();
  await watch.tick();
  watch.start();
  await store.close();
  await clock.advance(5000);
  await watch.stop();
  expect({ done, over: watch.isHandedOver() }).toEqual({ done: ['start'], over: false });
});
