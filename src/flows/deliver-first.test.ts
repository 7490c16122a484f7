import { expect, test, vi } from 'vitest';
import { alerts, eventsAt, opened, outbox, stand, statuses } from '../../test/deliverer.ts';
import { route } from '../../test/notify.ts';
import { describeEachStore } from '../../test/stores.ts';
import { announceMany } from '../notify/index.ts';
import { inTransaction } from '../store/index.ts';

describeEachStore('what is the first of its thread', (open) => {
  const first = { ...opened, isFirst: true };
  const firsts = (count: number) => alerts(count).map((alert) => ({ ...alert, isFirst: true }));

  test('is leased to the deliverer that runs from the start, and goes out behind the commit', async () => {
    const stage = await stand(await open());
    stage.deliverer.start();
    expect(await stage.tell(first)).toMatchObject([{ status: 'sending' }]);
    await vi.waitFor(async () => expect(await statuses(stage)).toBe('delivered'));
    expect(await outbox(stage)).toMatchObject([{ attempts: 1, lease_token: null, locked_until: null }]);
    expect(eventsAt(stage.receiver)).toEqual(['incident.opened']);
    await stage.deliverer.stop();
    await stage.tell(...firsts(1));
    expect(await statuses(stage)).toBe('delivered pending');
  });

  test('is not sent where its transaction is taken back', async () => {
    const stage = await stand(await open());
    stage.deliverer.start();
    const failing = inTransaction(stage.ctx, async (ctx) => {
      await announceMany(ctx, [first], { ...stage.settings, openDesk: stage.ctx.desk.open });
      throw new Error('back');
    });
    await expect(failing).rejects.toThrow('back');
    await stage.deliverer.stop();
    expect(stage.receiver.received).toEqual([]);
  });

  test('goes out when its lease is over where the process was killed behind the commit, with the same key', async () => {
    const stage = await stand(await open());
    const lease = () => ({ leaseToken: 'killed', lockedUntilMs: stage.clock.now() + 30_000 });
    await announceMany(stage.ctx, [first], { ...stage.settings, openDesk: () => ({ lease, take() {} }) });
    await stage.clock.advance(29_000);
    expect(await stage.deliverer.tick()).toBe(false);
    await stage.clock.advance(1000);
    await stage.deliverer.tick();
    expect(await outbox(stage)).toMatchObject([
      { status: 'delivered', attempts: 2, idempotency_key: 'inc_7/incident.opened/1/hook' },
    ]);
  });

  test('is not sent where its commit comes too late for a send within its lease, but when that is over', async () => {
    const harness = await open();
    const stage = await stand(harness);
    stage.deliverer.start();
    await inTransaction(stage.ctx, async (ctx) => {
      await announceMany(ctx, [first], { ...stage.settings, openDesk: stage.ctx.desk.open });
      await stage.clock.advance(8000);
    });
    await stage.deliverer.stop();
    expect(stage.receiver.received).toEqual([]);
    expect(await outbox(stage)).toMatchObject([{ status: 'sending', attempts: 1 }]);
    await stage.clock.advance(22_000);
    const other = await stand(harness);
    expect(await other.deliverer.tick()).toBe(true);
    expect(await outbox(stage)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  test('waits in the outbox for the time of its route, and for room in its channel', async () => {
    const stage = await stand(await open());
    stage.deliverer.start();
    const told = await stage.tell(...firsts(60));
    expect(told.filter(({ status }) => status === 'pending').length).toBeGreaterThanOrEqual(10);
    await vi.waitFor(() => expect(stage.receiver.received).toHaveLength(60));
    const settings = { ...stage.settings, routes: [route(['hook'], { groupWaitMs: 1000 })] };
    const later = await announceMany(stage.ctx, [first], { ...settings, openDesk: stage.ctx.desk.open });
    expect(later).toMatchObject([{ status: 'pending' }]);
  });
});
