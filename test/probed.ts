import type { CheckOutcome } from '../src/checks/index.ts';
import type { ComponentConfig } from '../src/config/types.ts';
import { checksLease, createProbeRecorder } from '../src/flows/health-record.ts';
import { takeLease } from '../src/health/index.ts';
import type { StoreHarness } from './stores.ts';
import { component, httpCheck, startWatcher, type Watcher, type WatcherOptions } from './watched.ts';

const check = httpCheck('http://127.0.0.1:9/', { failuresToDown: 1, successesToRecover: 1 });

const outcomes = {
  ok: { status: 'ok', reason: null, detail: null, latencyMs: 3 },
  down: { status: 'down', reason: 'timeout', detail: 'no answer within 2s', latencyMs: 3 },
  degraded: { status: 'degraded', reason: 'condition_failed', detail: 'slow', latencyMs: 3 },
  offline: { status: 'unknown', reason: 'offline', detail: 'the guard fails too', latencyMs: 3 },
  unknown: { status: 'unknown', reason: 'not_configured', detail: 'API_KEY is not set', latencyMs: 3 },
} as const satisfies Record<string, CheckOutcome>;

/** What the checks of components find, as `api down`; all of it comes in one commit. */
export type Found = `${string} ${keyof typeof outcomes}`;

export type Probed = {
  watcher: Watcher;
  /** Ten seconds later the checks find this. */
  find(...found: Found[]): Promise<void>;
};

/** Answers a component with one check that is down at its first failure, and well at its first success. */
export function probedComponent(
  id: string,
  dependsOn: string[] = [],
  changes: Partial<ComponentConfig> = {},
): ComponentConfig {
  return component(id, [check], { dependsOn, ...changes });
}

/** Answers a process whose checks find what they are told to, without a target. */
export async function startProbed(
  harness: StoreHarness,
  components: readonly ComponentConfig[],
  options: WatcherOptions = {},
): Promise<Probed> {
  const watcher = await startWatcher(harness, components, options);
  const recorder = createProbeRecorder(watcher.ctx);
  await takeLease(watcher.ctx(), { name: checksLease, holder: 'node-1', token: 'ours', leaseMs: 15_000 });
  return {
    watcher,
    async find(...found) {
      await harness.clock.advance(10_000);
      const at = harness.clock.now();
      const kept = found.map((text) => {
        const [componentId = '', status = 'ok'] = text.split(' ');
        const outcome = outcomes[status as keyof typeof outcomes];
        return recorder.record({ componentId, check, outcome, at, isUpstreamDown: false }, 'ours');
      });
      await Promise.all(kept);
    },
  };
}
