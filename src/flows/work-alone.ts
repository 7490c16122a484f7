import { isLeaseHeld } from '../health/index.ts';
import type { FlowCtx } from './context.ts';
import { createDeliverer } from './deliver.ts';
import { checksLease } from './health-record.ts';
import { createSupervisor } from './supervise.ts';

/** More rounds than that are the work of a process that goes on. */
const maxRounds = 50;

/**
 * Does once what workers do all the time: alerts become incidents and messages, and what is due is sent. For a process that
 * soon ends and runs beside no other: where one watches the components, this is that one's work.
 */
export async function workAlone(ctx: FlowCtx, owner: string): Promise<void> {
  if (await isLeaseHeld(ctx, checksLease)) return;
  const supervisor = createSupervisor({ makeCtx: () => ctx, owner });
  const deliverer = createDeliverer({
    ctx,
    report: (report) => ctx.intake.submit([report], null),
    random: Math.random,
  });
  try {
    await repeat(supervisor.tick);
    await repeat(deliverer.tick);
  } catch (err) {
    // It waits in the database for the next process, and what this one was for is done.
    ctx.log.error({ tag: 'notify', err }, '[notify] what waits could not be told');
  } finally {
    await deliverer.stop();
  }
}

async function repeat(tick: () => Promise<boolean>): Promise<void> {
  for (let rounds = 0; rounds < maxRounds; rounds++) if (!(await tick())) return;
}
