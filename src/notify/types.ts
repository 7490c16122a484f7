import type { Config } from '../config/types.ts';
import type { MessageEvent, MessageIncident } from '../core/hand-over.ts';
import type { Severity } from '../core/severity.ts';
import type { NotificationRow, NotificationStatus } from '../store/index.ts';

/** What the outbox keeps of a message, as JSON in `payload`. */
export type StoredMessage = {
  event: MessageEvent;
  reason: string;
  severity: Severity;
  title: string;
  /** Plain text, lines separated by line feeds. */
  text: string;
  url: string | null;
  incident: MessageIncident | null;
  alert: Readonly<Record<string, unknown>> | null;
  run?: Readonly<Record<string, unknown>>;
  /** The service that it tells of. */
  service: string;
  /** Epoch milliseconds at which it is to go out at the earliest; lateness counts from here. */
  dueAt: number;
  /** When it would be due had no work lain between the report and the message; how long that took is measured from here. */
  expectedAt?: number;
  /** It waits for the end of its route's quiet hours, which is then. */
  isQuiet?: boolean;
};

/** A message on its way out, as a channel is handed it. */
export type Message = StoredMessage & {
  channel: string;
  idempotencyKey: string;
  /** Epoch milliseconds of this attempt. */
  sentAt: number;
  /** Provider ids of the parts that an earlier attempt got through; the rest is still to be sent. */
  sentParts: readonly string[];
};

/** What became of one attempt to send; `cause` is a short word that groups failures, `error` is for people. */
export type Outcome =
  | { kind: 'delivered'; providerMessageId: string | null }
  /** It will not be taken, however often it is tried. */
  | { kind: 'refused'; cause: string; error: string; sentParts?: readonly string[] }
  /** The receiver asks for a pause, until `retryAt` where it says so. */
  | { kind: 'throttled'; error: string; retryAt: number | null; sentParts?: readonly string[] }
  /** The way to the receiver failed, or the receiver itself. */
  | {
      kind: 'unreachable';
      cause: string;
      error: string;
      retryAt: number | null;
      sentParts?: readonly string[];
    }
  | { kind: 'skipped'; status: 'skipped_dry_run' | 'skipped_unconfigured'; error: string };

/** Where messages are handed in that go out as soon as they are committed: they are leased to their sender from the start. */
export type Desk = {
  /** Answers the lease of one more message that the channel can take now; null where it cannot. */
  lease(channel: string): { leaseToken: string; lockedUntilMs: number } | null;
  /** Takes what was written under such leases, after the commit. */
  take(rows: readonly NotificationRow[]): void;
};

/** What announcing looks at, and the doorbell of the outbox. */
export type NotifySettings = Pick<Config, 'routes' | 'channels' | 'telegram'> & {
  dryRun: boolean;
  /** Where links in messages point. */
  publicUrl: string;
  ring(): void;
  /** Opens the desk of the deliverer; null where none runs in this process. */
  openDesk(): Desk | null;
};

/** One message that was written into the outbox. */
export type Announced = {
  thread: string;
  event: string;
  channel: string;
  route: string | null;
  status: NotificationStatus;
  /** It waits for the end of its route's quiet hours. */
  isQuiet: boolean;
};
