import { onTestFinished } from 'vitest';
import type { ChannelConfig, Config } from '../src/config/types.ts';
import type { AlertReport, Announcement } from '../src/core/hand-over.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import { createDeliverer } from '../src/flows/deliver.ts';
import { announceMany, type NotifySettings } from '../src/notify/index.ts';
import type { NotificationRow } from '../src/store/index.ts';
import { createFlowParts } from './flow-parts.ts';
import { announcement, notifySettings, route, webhookTo } from './notify.ts';
import type { StoreHarness } from './stores.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

/** A route that lets nothing wait. */
export const atOnce = { groupWaitMs: 0 };

/** Stands a deliverer on the store, with the channels `hook` and `other` leading to one receiver. */
export async function stand(
  harness: Pick<StoreHarness, 'ctx' | 'clock'>,
  given: Partial<NotifySettings> = {},
) {
  const receiver = await startReceiver();
  const channels: Record<string, ChannelConfig> = {
    hook: webhookTo(`${receiver.url}/hook`, 2000),
    other: webhookTo(`${receiver.url}/other`, 2000),
  };
  const settings = notifySettings([route(['hook'], atOnce)], { channels, ...given });
  const server = { shutdownTimeoutMs: 15_000 };
  const config = { ...settings, server, notify: { dryRun: settings.dryRun } } as unknown as Config;
  const parts = createFlowParts(harness.clock);
  const ctx = { ...harness.ctx, config, ...parts } as unknown as FlowCtx;
  const reports: AlertReport[] = [];
  const deliverer = createDeliverer({ ctx, report: async (report) => reports.push(report), random: () => 0 });
  onTestFinished(() => deliverer.stop());
  const tell = (...told: Announcement[]) =>
    announceMany(ctx, told, { ...settings, ring: parts.signals.messages.ring, openDesk: parts.desk.open });
  return { ...harness, ctx, receiver, deliverer, reports, tell, settings };
}

/** The beginning of an incident, and an addition to it. */
export const opened = announcement('incident.opened');
export const updated = announcement('incident.updated');

/** Answers all messages, oldest first. */
export function outbox({ ctx }: Pick<StoreHarness, 'ctx'>): Promise<NotificationRow[]> {
  return ctx.db.selectFrom('notification').selectAll().orderBy('notification_id').execute();
}

/** Answers their statuses. */
export async function statuses(stage: Pick<StoreHarness, 'ctx'>): Promise<string> {
  return (await outbox(stage)).map((row) => row.status).join(' ');
}

/** Answers announcements of so many alerts, each a thread of its own. */
export function alerts(count: number): Announcement[] {
  return Array.from({ length: count }, (_, i) =>
    announcement('alert.firing', { thread: `alrt_${i}`, incident: null }),
  );
}

/** Answers what a receiver was told, and under which keys. */
export const eventsAt = ({ received }: Receiver) =>
  received.map(({ body }) => (JSON.parse(body) as { event: string }).event);
export const keysAt = ({ received }: Receiver) => received.map(({ headers }) => headers['idempotency-key']);
