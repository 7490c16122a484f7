import type { Authenticator } from '../access/index.ts';
import type { Config } from '../config/index.ts';
import type { Action } from '../core/action.ts';
import type { Actor } from '../core/actor.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { FlowCtx } from '../flows/context.ts';
import type { ReloadTrouble } from '../flows/reload-config.ts';
import type { SelfHealth } from '../flows/self-health.ts';
import type { ErrorReports, Metrics } from '../telemetry/index.ts';
import type { Mapper } from '../webhooks/index.ts';
import type { Phase } from './not-ready.ts';
import type { Limiter } from './rate-limit.ts';

/** What the HTTP door is handed. */
export type Door = {
  readonly actions: readonly Action<FlowCtx>[];
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** Counts callers, for all servers of the process together. */
  readonly limiter: Limiter;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Hears of every action that was answered; null or absent: none is told of. */
  readonly traceAction?: ErrorReports['traceAction'];
  /** Runs the mappings of webhooks. */
  readonly mapper: Mapper;
  /** The configuration in force. */
  config(): Config;
  /** Answers UNAVAILABLE for errors that mean a lost database, others as they came. */
  translateError(error: unknown): unknown;
  context(actor: Actor, requestId: string): FlowCtx;
  phase(): Phase;
  /** Ends what would go on for as long as somebody listens. */
  readonly stopping: AbortSignal;
  readSelfHealth(): Promise<SelfHealth>;
  /** What is wrong with the files since the last good load; null: nothing. */
  reloadTrouble(): ReloadTrouble | null;
};
