const keys: ReadonlySet<string> = new Set(['window', 'thresholds', 'external', 'group_by', 'group_interval']);

const checkKinds: ReadonlySet<string> = new Set([
  'tls',
  'dns',
  'websocket',
  'postgres',
  'redis',
  'grpc',
  'heartbeat',
]);

const channelTypes: ReadonlySet<string> = new Set([
  'slack',
  'discord',
  'mattermost',
  'teams',
  'email',
  'pagerduty',
  'instatus',
  'statuspage',
  'ntfy',
  'command',
]);

/** Answers whether the word is a key, a check kind or a channel type that is documented and that this version refuses, so that nobody relies on it. */
export function isNotServed(role: 'key' | 'kind' | 'type', word: string): boolean {
  return { key: keys, kind: checkKinds, type: channelTypes }[role].has(word);
}
