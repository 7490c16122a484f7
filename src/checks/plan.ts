import { isDeepStrictEqual } from 'node:util';
import type { CheckConfig } from '../config/types.ts';
import { createAgenda } from '../core/agenda.ts';
import type { Clock } from '../core/clock.ts';
import { checkGridDelay, firstRunDelay } from './grid.ts';
import { type PreparedCheck, prepareCheck } from './run.ts';

export type ScheduledCheck = { componentId: string; check: CheckConfig };

/** A check with an interval, and what is going on with it. */
export type PlannedCheck = ScheduledCheck & {
  id: string;
  intervalMs: number;
  prepared: PreparedCheck;
  /** Aborted when the check is removed, changed, or stopped. */
  abort: AbortController;
  isBusy: boolean;
};

/** Which check runs when. */
export type Plan = {
  /** Takes the checks anew: unchanged ones keep their slots, removed and changed ones are aborted. Throws VALIDATION_ERROR, and keeps what it had, where a condition makes no sense. */
  replace(scheduled: readonly ScheduledCheck[]): void;
  /** Answers what is due, the earliest first, and gives each its next slot. */
  takeDue(): PlannedCheck[];
  /** Milliseconds to the earliest slot; infinite where there is none. */
  restMs(): number;
  abortAll(): void;
};

/** A clock that goes back by more than this leaves every slot too far ahead. */
const clockSlackMs = 1000;

/** Answers an empty plan on the given clock. */
export function createPlan(clock: Clock): Plan {
  const agenda = createAgenda<PlannedCheck>();
  let planned = new Map<string, PlannedCheck>();
  let latestMs = clock.now();

  const replanAfterClockWentBack = (nowMs: number) => {
    if (nowMs < latestMs - clockSlackMs) {
      agenda.clear();
      for (const item of planned.values()) agenda.add(nextSlotMs(item, nowMs), item);
    }
    latestMs = nowMs;
  };

  return {
    replace(scheduled) {
      const former = planned;
      planned = planChecks(scheduled, former);
      for (const [id, item] of former) if (planned.get(id) !== item) item.abort.abort();
      for (const [id, item] of planned) {
        if (former.get(id) !== item) agenda.add(clock.now() + firstRunDelay(id, item.intervalMs), item);
      }
    },
    takeDue() {
      const nowMs = clock.now();
      replanAfterClockWentBack(nowMs);
      const due = agenda.takeDue(nowMs).filter((item) => !item.abort.signal.aborted);
      for (const item of due) agenda.add(nextSlotMs(item, nowMs), item);
      return due;
    },
    restMs: () => (agenda.nextMs() ?? Number.POSITIVE_INFINITY) - clock.now(),
    abortAll() {
      for (const { abort } of planned.values()) abort.abort();
    },
  };
}

/** Answers the first slot that is at least half an interval away, so that the first run, which is on no slot, isn't followed by another at once. */
function nextSlotMs({ id, intervalMs }: PlannedCheck, nowMs: number): number {
  const fromMs = nowMs + Math.floor(intervalMs / 2);
  return fromMs + checkGridDelay(id, intervalMs, fromMs);
}

function planChecks(
  scheduled: readonly ScheduledCheck[],
  former: Map<string, PlannedCheck>,
): Map<string, PlannedCheck> {
  const planned = new Map<string, PlannedCheck>();
  for (const { componentId, check } of scheduled) {
    if (check.intervalMs === null) continue;
    const id = `${componentId}/${check.name}`;
    const kept = former.get(id);
    planned.set(
      id,
      kept && isDeepStrictEqual(kept.check, check)
        ? kept
        : planCheck(id, componentId, check, check.intervalMs),
    );
  }
  return planned;
}

function planCheck(id: string, componentId: string, check: CheckConfig, intervalMs: number): PlannedCheck {
  return {
    id,
    componentId,
    check,
    intervalMs,
    prepared: prepareCheck(check),
    abort: new AbortController(),
    isBusy: false,
  };
}
