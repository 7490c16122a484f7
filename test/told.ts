import type { Config } from '../src/config/types.ts';
import { createDeliverer } from '../src/flows/deliver.ts';
import type { StoreHarness } from './stores.ts';
import { startWorker } from './supervised.ts';

/** Answers a worker with a deliverer beside it, what was sent by then, and ways to let time pass. */
export async function startTelling(harness: StoreHarness, config: Config) {
  const worker = await startWorker(harness, { config });
  const { ctx } = worker;
  const deliverer = createDeliverer({
    ctx,
    report: (report) => ctx.intake.submit([report], null),
    random: () => 0,
  });
  const settle = async () => {
    for (let busy = true; busy; )
      busy = [await worker.supervisor.tick(), await deliverer.tick()].includes(true);
  };
  return {
    ...worker,
    clock: harness.clock,
    settle,
    async pass(durationMs: number) {
      await harness.clock.advance(durationMs);
      await settle();
    },
    /** As `HH:MM event title`, oldest first. */
    async sent() {
      const rows = await ctx.db
        .selectFrom('notification')
        .selectAll()
        .where('status', '=', 'delivered')
        .orderBy('sent_at')
        .orderBy('notification_id')
        .execute();
      return rows.map(({ event, payload, sent_at: at }) => {
        const { title } = JSON.parse(payload) as { title: string };
        return `${new Date(at ?? 0).toISOString().slice(11, 16)} ${event} ${title}`;
      });
    },
  };
}
