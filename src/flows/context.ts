import type { IngestAnswer } from '../alerts/index.ts';
import type { Config } from '../config/types.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { Signal } from '../core/signal.ts';
import type { Ctx } from '../store/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { DeskPlace } from './desk-place.ts';
import type { CheckRuns } from './health-runs.ts';
import type { LastHealth } from './health-stored.ts';

/** Doorbells between writers and the loops of the same process; polling finds the same work later. */
export type Signals = {
  /** An alert waits for the supervisor. */
  readonly alerts: Signal;
  /** A message waits in the outbox. */
  readonly messages: Signal;
};

/** Where reports go that need no transaction of their caller's: those that come together are committed together. */
export type Intake = {
  /** Resolves when the reports are durable, with one answer each, in order. */
  submit(reports: readonly AlertReport[], requestId: string | null): Promise<readonly IngestAnswer[]>;
  /** How many requests have no answer yet. */
  pending(): number;
  /** Resolves when nothing waits to be committed. */
  idle(): Promise<void>;
};

/** What flows and actions are handed: the store's context, the configuration in force, doorbells and counters. */
export type FlowCtx = Ctx & {
  readonly config: Config;
  readonly signals: Signals;
  readonly metrics: Metrics;
  readonly intake: Intake;
  readonly desk: DeskPlace;
  /** Checks that somebody asks for by hand or through an address. */
  readonly checkRuns: CheckRuns;
  /** For answers about components that must not fail with the database. */
  readonly lastHealth: LastHealth;
};
