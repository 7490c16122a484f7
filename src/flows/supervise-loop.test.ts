import { expect, it, onTestFinished, vi } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { createSupervisor } from './supervise.ts';

/** A machine that is busy with other things takes longer than the second that is usual. */
const patiently = { timeout: 10_000 };

describeEachStore('the loop of the supervisor', (open) => {
  it('wakes at the doorbell, without time going by, and stops when told to', async () => {
    const worker = await startWorker(await open());
    worker.supervisor.start();
    onTestFinished(() => worker.supervisor.stop());
    await worker.report({});
    await vi.waitFor(async () => expect(await worker.messages()).toHaveLength(1), patiently);
    await worker.supervisor.stop();
    await worker.report({ service: 'other' });
    await worker.supervisor.stop();
    expect(await worker.messages()).toHaveLength(1);
  });

  it('sweeps every second although nobody rings', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    await worker.report({ severity: 'P3', endsAt: harness.clock.now() + 90_000 });
    await worker.settle();
    worker.supervisor.start();
    onTestFinished(() => worker.supervisor.stop());
    await harness.clock.advance(89_000);
    expect(await worker.messages()).toHaveLength(1);
    await vi.waitFor(async () => {
      await harness.clock.advance(1000);
      expect(await worker.messages()).toHaveLength(2);
    }, patiently);
  });

  it('goes on sweeping when the clock goes back', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    worker.supervisor.start();
    onTestFinished(() => worker.supervisor.stop());
    const lapses = async (service: string, messages: number) => {
      await worker.report({ service, severity: 'P3', endsAt: harness.clock.now() + 2000 });
      const moveOn = async () => {
        await harness.clock.advance(1000);
        expect(await worker.messages()).toHaveLength(messages);
      };
      await vi.waitFor(moveOn, patiently);
    };
    await lapses('before', 2);
    harness.clock.goBack(3_600_000);
    await lapses('after', 4);
  });

  it('goes on after a pass that failed', async () => {
    const harness = await open();
    const worker = await startWorker(harness);
    let calls = 0;
    const supervisor = createSupervisor({
      owner: 'worker-1',
      makeCtx: () =>
        calls++ === 0 ? { ...worker.ctx, db: harness.store.db.withSchema('missing') } : worker.ctx,
    });
    supervisor.start();
    onTestFinished(() => supervisor.stop());
    await worker.report({});
    await vi.waitFor(async () => {
      await harness.clock.advance(1000);
      expect(await worker.messages()).toHaveLength(1);
    }, patiently);
  });
});
