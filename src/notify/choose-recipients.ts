import type { RouteConfig } from '../config/types.ts';
import type { Announcement, MessageEvent } from '../core/hand-over.ts';
import type { QuietHours } from '../core/quiet-hours.ts';
import { severityRank } from '../core/severity.ts';
import type { NotificationRow } from '../store/index.ts';
import { isHeard } from './decide.ts';
import { matchRoutes } from './routes.ts';
import type { NotifySettings } from './types.ts';

const defaultGroupWaitMs = 30_000;

/** A channel that an announcement goes to, the route that chose it, how long it waits for more to come, and when it waits in any case. */
export type Recipient = {
  channel: string;
  route: string | null;
  waitMs: number;
  quietHours: QuietHours | null;
};

/** A message of the same thread that was written before. */
export type Told = Pick<
  NotificationRow,
  | 'notification_id'
  | 'thread'
  | 'channel'
  | 'route'
  | 'event'
  | 'status'
  | 'idempotency_key'
  | 'attempts'
  | 'next_attempt_at'
  | 'created_at'
  | 'sent_at'
  | 'repeat_from'
>;

const openingEvents: readonly string[] = ['incident.opened', 'alert.firing'] satisfies MessageEvent[];
const resolutionEvents: readonly string[] = ['incident.resolved', 'alert.resolved'] satisfies MessageEvent[];

/** Answers whether it is the first that is told of a thread. */
export function isOpening({ event }: { event: string }): boolean {
  return openingEvents.includes(event);
}

/** Answers whether it is the last that is told of a thread. */
export function isResolution({ event }: { event: string }): boolean {
  return resolutionEvents.includes(event);
}

/**
 * Answers who hears of an announcement. A beginning goes where routes lead; an end exactly to those who heard anything of
 * the thread, by routes that send ends; what lies between to both, unless it names its channels. `told` holds the earlier messages of the thread.
 */
export function chooseRecipients(
  announcement: Announcement,
  told: readonly Told[],
  settings: NotifySettings,
): Recipient[] {
  if (announcement.direct) {
    const { channels, route = null } = announcement.direct;
    return channels.map((channel) => ({ channel, route, waitMs: 0, quietHours: null }));
  }
  const earlier = new Map<string, Recipient>();
  for (const { channel, route, status } of told) {
    if (isHeard(status, settings.dryRun) && !earlier.has(channel)) {
      const quietHours = findRoute(settings.routes, route)?.quietHours ?? null;
      earlier.set(channel, { channel, route, waitMs: 0, quietHours });
    }
  }
  if (isResolution(announcement)) return [...earlier.values()].filter(sendsResolved(settings.routes));
  const matched = avoidBrokenChannel(
    announcement,
    matchRecipients(announcement, settings.routes),
    settings.routes,
  );
  const added = [...earlier.values()].filter(
    ({ channel }) => !matched.some((one) => one.channel === channel),
  );
  return [...matched, ...added];
}

function matchRecipients(announcement: Announcement, routes: readonly RouteConfig[]): Recipient[] {
  const { event, facts, onlyRoutes } = announcement;
  // A digest that names its route goes there, whatever that would match.
  const matched =
    event === 'digest' && onlyRoutes
      ? routes.flatMap((route) =>
          onlyRoutes.includes(route.name) ? [{ route, channels: route.channels }] : [],
        )
      : matchRoutes(routes, facts, onlyRoutes);
  return matched.flatMap(({ route, channels }) =>
    channels.map((channel) => toRecipient(announcement, route, channel)),
  );
}

function toRecipient(announcement: Announcement, route: RouteConfig, channel: string): Recipient {
  const waitMs = isOpening(announcement) ? groupWaitMs(announcement, route) : 0;
  return { channel, route: route.name, waitMs, quietHours: route.quietHours };
}

function groupWaitMs({ facts }: Announcement, route: RouteConfig): number {
  if (route.groupWaitMs !== null) return route.groupWaitMs;
  return severityRank(facts.severity) <= severityRank('P1') ? 0 : defaultGroupWaitMs;
}

/**
 * A channel that fails is told of on another one, where there is another: where routes lead to it alone, or nowhere, on
 * one that gets what it gets, or else on any.
 */
function avoidBrokenChannel(
  announcement: Announcement,
  recipients: Recipient[],
  routes: readonly RouteConfig[],
): Recipient[] {
  const { service, labels } = announcement.facts;
  const broken = service === 'tocsin' ? labels.channel : undefined;
  if (broken === undefined) return recipients;
  const others = recipients.filter(({ channel }) => channel !== broken);
  if (others.length > 0) return others;
  const besides = routes.filter((route) => route.channels.includes(broken));
  const isMuted = recipients.length === 0 && matchRoutes(routes, announcement.facts, null).length > 0;
  for (const route of isMuted ? [] : [...besides, ...routes]) {
    const channel = route.channels.find((name) => name !== broken);
    if (channel !== undefined) return [toRecipient(announcement, route, channel)];
  }
  return recipients;
}

/** A route that is gone from the configuration has said nothing against ends. */
function sendsResolved(routes: readonly RouteConfig[]): (recipient: Recipient) => boolean {
  return ({ route }) => findRoute(routes, route)?.sendResolved ?? true;
}

function findRoute(routes: readonly RouteConfig[], route: string | null): RouteConfig | undefined {
  return routes.find(({ name }) => name === route);
}
