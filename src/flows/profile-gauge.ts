import { selectProfileTimes } from '../runs/index.ts';
import { addReadGauge } from '../telemetry/index.ts';
import type { FlowCtx } from './context.ts';

/** Shows in the metrics when each profile last succeeded, whichever process ran it. */
export function showLastSuccesses(ctx: FlowCtx): void {
  addReadGauge(ctx.metrics, {
    name: 'tocsin_profile_last_success_timestamp_seconds',
    help: 'When the last successful run of a profile ended, in seconds since 1970.',
    label: 'profile',
    async read() {
      try {
        const names = ctx.config.jobs.profiles.map(({ name }) => name);
        const times = await selectProfileTimes(ctx, names);
        return new Map(
          times.flatMap(({ profile, successAt }) =>
            successAt === null ? [] : [[profile, successAt / 1000]],
          ),
        );
      } catch (err) {
        // The other metrics are worth showing without it.
        ctx.log.error({ tag: 'job', err }, '[job] could not read when profiles last succeeded');
        return new Map();
      }
    },
  });
}
