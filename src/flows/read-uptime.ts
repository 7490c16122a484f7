import {
  type DayUptime,
  decideUptime,
  decideUptimeRatio,
  listMaintenance,
  listStatusSteps,
  type StatusTimes,
  startOfDay,
} from '../health/index.ts';
import type { FlowCtx } from './context.ts';

const dayMs = 86_400_000;

/** How long a component was how, as it is shown. */
export type UptimeFigures = {
  minutes_down: number;
  minutes_degraded: number;
  minutes_unknown: number;
  minutes_maintenance: number;
  uptime_ratio: number | null;
};

/** Answers each component's last so many days of UTC, the oldest first, today up to now; in two queries, however many they are. */
export async function readUptime(
  ctx: FlowCtx,
  components: readonly string[],
  days: number,
): Promise<DayUptime[][]> {
  const nowMs = ctx.clock.now();
  const fromMs = startOfDay(nowMs) - (days - 1) * dayMs;
  const [steps, maintenance] = await Promise.all([
    listStatusSteps(ctx, components, fromMs),
    listMaintenance(ctx, components, fromMs),
  ]);
  return components.map((id) =>
    decideUptime({ steps: steps.get(id) ?? [], maintenance: maintenance.get(id) ?? [] }, fromMs, nowMs),
  );
}

/** Answers times as they are shown: minutes with two digits behind the point. */
export function toUptimeFigures(times: StatusTimes): UptimeFigures {
  return {
    minutes_down: toMinutes(times.down),
    minutes_degraded: toMinutes(times.degraded),
    minutes_unknown: toMinutes(times.unknown),
    minutes_maintenance: toMinutes(times.maintenance),
    uptime_ratio: decideUptimeRatio(times),
  };
}

function toMinutes(durationMs: number): number {
  return Math.round(durationMs / 600) / 100;
}
