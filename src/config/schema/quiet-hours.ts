import { z } from 'zod';
import { isTimezone } from '../../core/cron/index.ts';
import type { QuietHours } from '../../core/quiet-hours.ts';
import { section, text } from './fields.ts';

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const minuteMs = 60_000;

const timeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'a time of day in quotes, from "00:00" to "24:00"' });

const timezone = text.refine(isTimezone, { error: 'the name of a time zone, as Europe/Riga' });

/** The `quiet_hours` of a route. */
export const quietHoursSchema = section({
  from: timeOfDay.describe('When they begin, by the clock on the wall.'),
  to: timeOfDay.describe('When they end; before `from`: on the next day.'),
  timezone: timezone.default('UTC').describe('IANA name of the zone whose clocks are meant; default: UTC.'),
  days: z.array(z.enum(weekdays)).min(1).optional().describe('On which days they begin; default: all.'),
}).transform((raw, ctx): QuietHours => {
  const { from, to, timezone } = raw;
  const days = raw.days ? weekdays.flatMap((name, day) => (raw.days?.includes(name) ? [day] : [])) : null;
  const isEmpty = from === to || from === '24:00';
  if (isEmpty) ctx.addIssue({ code: 'custom', path: ['to'], message: 'another time than `from`' });
  const isAlways = from === '00:00' && to === '24:00' && (days ?? weekdays).length === weekdays.length;
  if (isAlways)
    ctx.addIssue({
      code: 'custom',
      path: ['to'],
      message: 'a time at which they end, or `days` without one',
    });
  return { fromMs: readTime(from), toMs: readTime(to), days, timezone };
});

function readTime(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * minuteMs;
}

type QuietHoursForm = { from: string; to: string; timezone: string; days?: string[] };

/** Answers quiet hours in the words of the file. */
export function quietHoursForm({ fromMs, toMs, days, timezone }: QuietHours): QuietHoursForm {
  return {
    from: writeTime(fromMs),
    to: writeTime(toMs),
    timezone,
    ...(days && { days: days.map((day) => weekdays[day] ?? '') }),
  };
}

function writeTime(ms: number): string {
  const minutes = ms / minuteMs;
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
