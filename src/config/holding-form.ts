import { toIso } from '../core/clock.ts';
import { matchForm } from '../core/match.ts';
import { durationText, type FileForm, withoutNulls } from './form.ts';
import type { Config, InhibitionConfig, MaintenanceConfig, SilenceConfig } from './types.ts';

/** Answers what keeps alerts to themselves as tocsin.yaml has it. */
export function holdingForm({ silences, maintenance, inhibitions }: Config): FileForm {
  return {
    silences: silences.map(silenceForm),
    maintenance: maintenance.map(maintenanceForm),
    inhibitions: inhibitions.map(inhibitionForm),
  };
}

function silenceForm({ name, match, startsAt, endsAt, comment }: SilenceConfig): FileForm {
  const [starts_at, ends_at] = [toIso(startsAt), toIso(endsAt)];
  return withoutNulls({ name, match: matchForm(match), starts_at, ends_at, comment });
}

function maintenanceForm({ name, match, schedule, comment }: MaintenanceConfig): FileForm {
  const times =
    schedule.kind === 'once'
      ? { start: toIso(schedule.startsAt), end: toIso(schedule.endsAt) }
      : {
          cron: schedule.cron,
          timezone: schedule.timezone,
          duration: durationText(schedule.durationMs),
        };
  return withoutNulls({ name, ...times, match: matchForm(match), comment });
}

function inhibitionForm({ when, mute, ...rest }: InhibitionConfig): FileForm {
  return { ...rest, when: matchForm(when), mute: matchForm(mute) };
}
