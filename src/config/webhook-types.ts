import type { Severity } from '../core/severity.ts';

/** What other systems may send to `POST /v1/webhooks/<name>`, and what becomes of it. */
export type WebhookConfig = {
  proof: WebhookProof;
  /** Text of a JSONata expression that makes one alert of a body, or a list of them, or nothing. */
  mapping: string;
  /** Stand in for what the mapping leaves out. */
  defaults: WebhookDefaults;
  /** The sender's own words for severities, in small letters. */
  severities: Readonly<Record<string, Severity>>;
};

/** How a request shows that it comes from the sender. A null secret is not set: such a webhook refuses everything. */
export type WebhookProof = { secret: string | null } & (
  | { kind: 'hmac'; header: string }
  /** standardwebhooks.com. */
  | { kind: 'standard'; toleranceMs: number }
  | { kind: 'token'; header: string }
  | { kind: 'path' }
);

export type WebhookDefaults = {
  service?: string;
  env?: string;
  source?: string;
  kind?: string;
  severity?: Severity;
  labels?: Readonly<Record<string, string>>;
};
