import type { ChannelConfig, Config, RouteConfig, TelegramEnvironment } from '../src/config/types.ts';
import type { Announcement, MessageEvent, RouteFacts } from '../src/core/hand-over.ts';
import type { Message, NotifySettings } from '../src/notify/types.ts';

export const noTelegram: TelegramEnvironment = {
  defaultToken: null,
  tokens: {},
  chatIds: {},
  topicIds: {},
  topicsChatId: null,
  testChatId: null,
};

/** Answers a webhook channel to the address. */
export function webhookTo(url: string, timeoutMs = 5000): Extract<ChannelConfig, { type: 'webhook' }> {
  return { type: 'webhook', url, secret: null, headers: {}, timeoutMs };
}

/** Answers a route that takes everything, unless told otherwise. */
export function route(channels: readonly string[], given: Partial<RouteConfig> = {}): RouteConfig {
  const all = { name: 'all', match: {}, groupWaitMs: null, severityFloor: 'P3', sendResolved: true } as const;
  return {
    ...all,
    dedupeTtlMs: null,
    quietHours: null,
    repeatIntervalMs: null,
    continue: false,
    channels,
    ...given,
  };
}

export const facts: RouteFacts = {
  severity: 'P2',
  env: 'prod',
  service: 'api',
  kind: 'latency',
  components: ['api'],
  source: 'monitor@node1',
  labels: {},
};

/** Answers an announcement about one incident, INC-7, unless told otherwise. */
export function announcement(event: MessageEvent, given: Partial<Announcement> = {}): Announcement {
  return {
    event,
    reason: 'first',
    thread: 'inc_7',
    occasion: '1',
    facts,
    title: 'api is slow',
    text: 'api in prod.\nSince noon.',
    incident: {
      id: 'inc_7',
      number: 'INC-7',
      status: 'open',
      severity: 'P2',
      service: 'api',
      env: 'prod',
      title: 'api is slow',
      started_at: '2026-03-01T11:59:00.000Z',
      resolved_at: null,
      components: ['api'],
    },
    alert: null,
    onlyRoutes: null,
    ...given,
  };
}

/** Answers settings with log channels for the routes, and `a`, `b` and `oncall` in any case, unless told otherwise. */
export function notifySettings(
  routes: readonly RouteConfig[],
  given: Partial<NotifySettings> = {},
): NotifySettings {
  const names = ['a', 'b', 'oncall', ...routes.flatMap(({ channels }) => channels)];
  const channels: Config['channels'] = Object.fromEntries(names.map((name) => [name, { type: 'log' }]));
  const publicUrl = 'http://tocsin.test';
  return {
    routes,
    channels,
    telegram: noTelegram,
    dryRun: false,
    publicUrl,
    ring() {},
    openDesk: () => null,
    ...given,
  };
}

/** Answers a message as a channel gets it. */
export function message(given: Partial<Message> = {}): Message {
  const { event, reason, title, text, incident, alert } = announcement('incident.opened');
  const at = Date.parse('2026-03-01T12:00:00Z');
  const about = { event, reason, title, text, incident, alert, severity: 'P1', service: 'api' } as const;
  const url = 'http://tocsin.test/incidents/INC-7';
  const way = { channel: 'ops', idempotencyKey: 'inc_7/incident.opened/1/ops', sentParts: [] };
  return { ...about, ...way, url, dueAt: at, sentAt: at, ...given };
}
