/** What is wrong, and how badly; other words (`critical`, `warning`, …) are mapped by the server. */
export type Severity = 'P0' | 'P1' | 'P2' | 'P3' | 'INFO';

/** A problem, or its end, with the fields of `POST /v1/alerts`. */
export type AlertInput = {
  service: string;
  title?: string;
  message?: string;
  summary?: string;
  /** Default: `custom`. */
  kind?: string;
  /** Default: `P2`. */
  severity?: Severity | (string & {});
  /** Default: `prod`. */
  env?: string;
  /** `who@where`; default: the token's name. */
  source?: string;
  /** Default: `firing`. */
  status?: 'firing' | 'resolved';
  /** ISO-8601 with a zone; default: when the server hears of it. */
  started_at?: string;
  ends_at?: string;
  /** `fingerprint`, `node` and `component` have a meaning. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  metrics?: Record<string, number>;
  evidence?: { log_samples?: string[]; query?: string; links?: { title: string; url: string }[] };
  dedupe_ttl_minutes?: number;
};

export type MetricOptions = {
  /** Default: `runId` of the client. */
  runId?: string;
  /** Default: now. */
  recordedAt?: Date;
};

export type ClientOptions = {
  /** Where Tocsin is, as `http://127.0.0.1:8923`. Default: `TOCSIN_URL`. */
  url?: string | URL;
  /** Default: `TOCSIN_TOKEN`. */
  token?: string;
  /** The run whose metrics are recorded. Default: `TOCSIN_RUN_ID`. */
  runId?: string;
  /** The cache file, of which the base name counts. Default: `CACHE_FILENAME`, else that of the task's profile. */
  namespace?: string;
  /** How long something may wait for others that go with it. Default: 1,000. */
  flushIntervalMs?: number;
  /** How many alerts, or metrics, go at once; 1,000 at most, which is the default. */
  batchSize?: number;
  /** How many alerts, and how many metrics, may wait; beyond it the oldest are dropped. Default: 10,000. */
  maxQueued?: number;
  /** How many bytes of alerts, and of metrics, may wait. Default: 16 MiB. */
  maxQueuedBytes?: number;
  /** How long one request may take. Default: 5,000. */
  timeoutMs?: number;
  /** Hears what went wrong where nothing may be thrown. Default: one line each on standard error. */
  onProblem?: (error: TocsinError) => unknown;
};

/** What became of all that was given: each is in exactly one of these. */
export type Counts = {
  /** Waits, or is on its way. */
  queued: number;
  /** The server has it. */
  sent: number;
  /** The server does not want it as it is. */
  refused: number;
  /** Never got there: no room, no address, cannot be written as JSON, or the client was closed. */
  dropped: number;
};

export type Stats = { alerts: Counts; metrics: Counts };

export type StateOptions = { namespace?: string };

/** `updated_at` is null where it is not known, as in text files. */
export type StateEntry = { namespace: string; key: string; value: string; updated_at: string | null };

/** What a script remembers from run to run. Every call rejects with a `TocsinError` where it was not answered. */
export type State = {
  /** Answers `0`, and why, where nothing is kept, or where `fresh` is asked for and `KEY_ts` is too old. */
  get(
    key: string,
    options?: StateOptions & { fresh?: 'hourly' | 'daily' },
  ): Promise<StateEntry & { reason: string }>;
  /** Keeps one line of text; `stamp` keeps the time in `KEY_ts` too. It is written once this resolves. */
  set(key: string, value: string | number, options?: StateOptions & { stamp?: boolean }): Promise<StateEntry>;
  delete(key: string, options?: StateOptions): Promise<{ namespace: string; key: string; deleted: boolean }>;
  /** Answers all that is kept in a namespace, by key. */
  list(options?: StateOptions): Promise<StateEntry[]>;
};

export type Client = {
  /** Queues an alert. Never throws. */
  sendAlert(alert: AlertInput): void;
  /** Queues a number of a run. Never throws. */
  recordMetric(name: string, value: number, options?: MetricOptions): void;
  state: State;
  /** Sends what is queued now, and waits for it for `timeoutMs` (10,000) at most. Never rejects. */
  flush(options?: { timeoutMs?: number }): Promise<Stats>;
  /** Takes nothing more, sends what is queued for `timeoutMs` (2,000) at most, and drops the rest. Never rejects; again, it changes nothing. */
  close(options?: { timeoutMs?: number }): Promise<Stats>;
  stats(): Stats;
};

/**
 * Why something was not done. `code` is the server's (`UNAUTHORIZED`, `VALIDATION_ERROR`, …) or one of `NOT_CONFIGURED`,
 * `UNREACHABLE`, `TIMEOUT`, `BAD_ANSWER`, `REFUSED`, `DROPPED`; `status` is null where no answer came.
 */
export declare class TocsinError extends Error {
  readonly name: 'TocsinError';
  readonly code: string;
  readonly status: number | null;
  readonly details: unknown;
  constructor(
    code: string,
    message: string,
    options?: { status?: number | null; details?: unknown; cause?: unknown },
  );
}

/** Answers a client. Throws a RangeError for an option that makes no sense; an address that is missing is told when it is needed. */
export declare function createClient(options?: ClientOptions | null): Client;
