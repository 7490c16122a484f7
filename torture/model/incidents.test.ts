import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Config } from '../../src/config/types.ts';
import { describeEachStore, type StoreHarness } from '../../test/stores.ts';
import { loadTestConfig } from '../../test/supervised.ts';
import { checkMoves, checkPromises, checkRest, type Ends } from './promises.ts';
import { emptyTables, readSnapshot, type Snapshot } from './snapshot.ts';
import { anyStep, type Step } from './steps.ts';
import { createWorld } from './world.ts';

/*
 * MODEL_RUNS=5000 npx vitest run torture/model tells more stories; MODEL_SEED tells the same ones again. A failure
 * prints its seed and the shortest story that was found for it.
 */

const runs = Number(process.env.MODEL_RUNS ?? 0);
const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
/** In a run without wishes, so that it is a matter of seconds; what was begun counts. */
const withinMs = 6_000;

describeEachStore('incidents, whatever alerts, workers, people and time do in whatever order', (open) => {
  it('keep their promises after each step, and come to rest', { timeout: 24 * 3600_000 }, async () => {
    const harness = await open();
    const config = await loadTestConfig();
    let told = 0;
    const property = fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 30 }), async (steps) => {
      await tell(harness, config, steps);
      told++;
    });
    const bound = runs > 0 ? { numRuns: runs } : { numRuns: 60, interruptAfterTimeLimit: withinMs };
    await fc.assert(property, { seed, ...bound });
    expect(told).toBeGreaterThan(0);
  });
});

async function tell(harness: StoreHarness, config: Config, steps: readonly Step[]): Promise<void> {
  await emptyTables(harness.ctx);
  const world = await createWorld(harness, config);
  const ends: Ends = new Map();
  let before = await readSnapshot(harness.ctx);
  const look = async (step: Step | null): Promise<Snapshot> => {
    const after = await readSnapshot(harness.ctx);
    await checkPromises(world, after);
    checkMoves(ends, before, after, step);
    before = after;
    return after;
  };
  for (const step of steps) {
    await world.run(step);
    await look(step);
  }
  // Longer than any lease and any retry of a first attempt.
  await harness.clock.advance(20 * 60_000);
  for (let rounds = 0; await world.worker.supervisor.tick(); rounds++) {
    expect(rounds, 'workers come to rest').toBeLessThan(60);
    await look(null);
    await harness.clock.advance(6_000);
  }
  await checkRest(world, await look(null));
}
