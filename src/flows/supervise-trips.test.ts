import { Worker } from 'node:worker_threads';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openInMemory } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import { superviseOnce } from './supervise-pass.ts';

/** Every message to a thread of the database is a trip that people wait for. */
const trips = vi.spyOn(Worker.prototype, 'postMessage');
beforeEach(() => {
  onTestFinished(() => void trips.mockClear());
});

async function countTrips(work: () => Promise<unknown>): Promise<number> {
  trips.mockClear();
  await work();
  return trips.mock.calls.length;
}

test.each([
  ['one alert', ['api']],
  ['alerts of several services', ['api', 'db', 'web']],
])('%s take four trips to the database until their messages are written', async (_, services) => {
  const worker = await startWorker(await openInMemory());
  const reports = services.map((service) => ({ service }));
  // The report; then the claim, what is known with the numbers of incidents, and all that is written with its commit.
  expect(await countTrips(() => worker.report(...reports))).toBe(1);
  expect(await countTrips(() => superviseOnce(worker.ctx, 'worker', true))).toBe(3);
  expect(await worker.messages()).toHaveLength(services.length);
});

test('an inhibition costs no trip where it is about none of the alerts, and else one', async () => {
  const inhibitions = [
    { name: 'db', when: { service: ['db'] }, mute: { service: ['web'] }, equal: ['env' as const] },
  ];
  const config = await loadTestConfig(() => ({ inhibitions }));
  const worker = await startWorker(await openInMemory(), { config });
  await worker.report({ service: 'api' });
  expect(await countTrips(() => superviseOnce(worker.ctx, 'worker', true))).toBe(3);
  await worker.report({ service: 'db' });
  expect(await countTrips(() => superviseOnce(worker.ctx, 'worker', true))).toBe(4);
});
