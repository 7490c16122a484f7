import type { Clock } from '../src/core/clock.ts';
import { createSignal } from '../src/core/signal.ts';
import type { FlowCtx } from '../src/flows/context.ts';
import { createDeskPlace } from '../src/flows/desk-place.ts';
import { createCheckRuns } from '../src/flows/health-runs.ts';
import { createLastHealth } from '../src/flows/health-stored.ts';
import { createMetrics } from '../src/telemetry/index.ts';

/** Answers what flows are handed beside the store and the configuration: doorbells, counters and places of their own. */
export function createFlowParts(
  clock: Clock,
): Pick<FlowCtx, 'signals' | 'metrics' | 'checkRuns' | 'lastHealth' | 'desk'> {
  return {
    signals: { alerts: createSignal(), messages: createSignal() },
    metrics: createMetrics(),
    checkRuns: createCheckRuns(clock),
    lastHealth: createLastHealth(),
    desk: createDeskPlace(),
  };
}
