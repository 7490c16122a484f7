import type { Severity } from './severity.ts';

/*
 * What one feature hands to another through a flow. Times are epoch milliseconds here; doors and messages show ISO texts.
 */

export type Evidence = {
  log_samples?: string[] | undefined;
  query?: string | undefined;
  links?: { title: string; url: string }[] | undefined;
};

/** A problem, or the end of one, as somebody reports it: the only thing that `alerts.ingest` takes. */
export type AlertReport = {
  service: string;
  env: string;
  kind: string;
  severity: Severity;
  title: string;
  message: string | null;
  source: string;
  status: 'firing' | 'resolved';
  startedAt: number | null;
  /** In the future: a promise to repeat by then. */
  endsAt: number | null;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  metrics: Readonly<Record<string, number>>;
  evidence: Evidence | null;
  /** The source's own idea of what is the same problem; `labels.fingerprint` beats it. */
  fingerprint: string | null;
  /** How long after the last repeat it is still the same problem; null: until healed. */
  dedupeTtlMs: number | null;
};

/** What routes look at. */
export type RouteFacts = {
  severity: Severity;
  env: string;
  service: string;
  kind: string;
  components: readonly string[];
  source: string;
  labels: Readonly<Record<string, string>>;
};

export type MessageEvent =
  | 'incident.opened'
  | 'incident.updated'
  | 'incident.escalated'
  | 'incident.resolved'
  | 'alert.firing'
  | 'alert.resolved'
  | 'digest'
  | 'test';

/** The incident inside a message: the contract of the `webhook` channel, times in ISO. */
export type MessageIncident = {
  id: string;
  number: string;
  status: string;
  severity: Severity;
  service: string;
  env: string;
  title: string;
  started_at: string;
  resolved_at: string | null;
  components: readonly string[];
};

/** Something that people should hear of; routes decide who, the outbox sends it. */
export type Announcement = {
  event: MessageEvent;
  reason: string;
  /** The incident or alert it is about: its messages on one channel go out in order. */
  thread: string;
  /** A thread that became part of this one: who heard of it hears this, and what follows. */
  joinedBy?: string;
  /** Nothing was ever told of the thread: no earlier message is to be waited for. */
  isFirst?: boolean;
  /** Tells this announcement from the others of its thread and event (`1`, `reopened:2`): the same twice is one message. */
  occasion: string;
  facts: RouteFacts;
  title: string;
  text: string;
  incident: MessageIncident | null;
  /** The alert as the API shows it. */
  alert: Readonly<Record<string, unknown>> | null;
  /** The run as the API shows it, where it is about one. */
  run?: Readonly<Record<string, unknown>>;
  /** Route names that alone are asked; null: all. */
  onlyRoutes: readonly string[] | null;
  /** Channels that hear it whatever routes say, the words for what chose them, and the route in whose name it is said, if any. */
  direct?: { channels: readonly string[]; rule: string; route?: string };
  /** It is about an incident that is not over and that nobody has acknowledged. */
  isUnclaimed?: boolean;
  /** When the report came in that this tells of, where nothing but our own work lies between. */
  heardAt?: number;
};
