import { expect, it, onTestFinished } from 'vitest';
import { describeEachStore, quietLog, type StoreHarness } from '../../test/stores.ts';
import { openStore } from './store.ts';
import type { WakeTopic } from './wake-ups.ts';

/** A process that listens, beside the harness's own. */
async function startListener(harness: StoreHarness) {
  const store = await openStore(harness.options, quietLog);
  const wakeUps = store.createWakeUps(harness.clock);
  const heard: WakeTopic[] = [];
  wakeUps.start((topic) => heard.push(topic));
  onTestFinished(async () => {
    await wakeUps.stop();
    await store.close();
  });
  return {
    heard,
    wakeUps,
    write: (name: string) => store.db.insertInto('counter').values({ name, value: 1 }).execute(),
    /** Resolves once it has heard something; time moves on meanwhile. */
    async hears() {
      while (heard.length === 0) {
        await harness.clock.advance(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describeEachStore('processes on one database', (open) => {
  it('hear that another one has committed work, and not of their own', async () => {
    const harness = await open();
    // What lives in the memory of one process has no other.
    if (harness.options.backend === 'memory') return expect(harness.store.durable).toBe(false);
    const [a, b] = [await startListener(harness), await startListener(harness)];
    const isPostgres = harness.options.backend === 'postgres';
    if (isPostgres)
      await Promise.all([a.hears(), b.hears()]); // each rings once when it begins to listen
    else await harness.clock.advance(1);
    a.heard.length = 0;
    b.heard.length = 0;

    await b.write('work');
    b.wakeUps.tell('messages');
    await a.hears();
    expect(a.heard).toContain('messages');
    expect(b.heard).toEqual([]);
  });

  it('go on without it where it is stopped', async () => {
    const harness = await open();
    const { wakeUps, heard } = await startListener(harness);
    await wakeUps.stop();
    heard.length = 0;
    wakeUps.tell('alerts');
    await harness.clock.advance(1000);
    expect(heard).toEqual([]);
  });
});
