import { durationText, type FileForm } from './form.ts';
import { wallText } from './schema/oncall.ts';
import type { NotifyConfig, ScheduleConfig } from './types.ts';

/** Answers the `notify:` section. */
export function notifyForm({ dryRun, escalation }: NotifyConfig): FileForm {
  const steps = escalation.map(({ afterMs, channels, match }) => ({
    after: durationText(afterMs),
    channels,
    match,
  }));
  return { dry_run: dryRun, escalation: steps };
}

/** Answers the `oncall:` section. */
export function onCallForm(schedules: readonly ScheduleConfig[]): FileForm {
  return Object.fromEntries(schedules.map((schedule) => [schedule.name, scheduleForm(schedule)]));
}

function scheduleForm({ timezone, startWallMs, shiftMs, people, overrides }: ScheduleConfig): FileForm {
  return {
    timezone,
    start: wallText(startWallMs),
    rotation: people,
    shift: durationText(shiftMs),
    overrides: overrides.map(({ who, fromWallMs, toWallMs }) => {
      return { who, from: wallText(fromWallMs), to: wallText(toWallMs) };
    }),
  };
}
