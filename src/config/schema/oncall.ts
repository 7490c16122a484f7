import { z } from 'zod';
import { isTimezone } from '../../core/cron/index.ts';
import type { ScheduleConfig } from '../types.ts';
import { duration, section, slug, text } from './fields.ts';

const hourMs = 3_600_000;
const person = text.max(200);

const wallExpected = 'a time as the clocks of its time zone show it, such as 2026-03-02T09:00';

/** A time without a zone, read as if it were UTC. */
const wallTime = z.string({ error: wallExpected }).transform((written, ctx) => {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)$/.exec(written) ?? [];
  const wallMs = Date.parse(`${day}T${time}Z`);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (!Number.isNaN(wallMs) && wallText(wallMs) === `${day}T${time}`) return wallMs;
  ctx.addIssue({ code: 'custom', message: wallExpected });
  return z.NEVER;
});

/** Answers a wall time as the file has it. */
export function wallText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16);
}

const overrideSchema = section({ who: person, from: wallTime, to: wallTime }).transform((raw, ctx) => {
  if (raw.to <= raw.from) ctx.addIssue({ code: 'custom', path: ['to'], message: 'a time after from' });
  return { who: raw.who, fromWallMs: raw.from, toWallMs: raw.to };
});

const scheduleSchema = section({
  timezone: z
    .string()
    .refine(isTimezone, { error: 'the name of a time zone, as Europe/Riga' })
    .default('UTC')
    .describe('IANA name of the zone in which all times here are read; default: UTC.'),
  start: wallTime.describe('When the first of the rotation takes it, and at what time of day handovers are.'),
  rotation: z.array(person).min(1).max(1000).describe('Who takes turns, in order.'),
  shift: duration({ minMs: hourMs }).prefault('1w').describe('How long each has it; default: 1w.'),
  overrides: z
    .array(overrideSchema)
    .default([])
    .describe('Who stands in for whoever would have it; of several at once the last one counts.'),
}).transform(({ timezone, start, rotation, shift, overrides }) => {
  return { timezone, startWallMs: start, shiftMs: shift, people: rotation, overrides };
});

/** The `oncall:` section, by name. */
export const onCallSchema = z
  .record(slug, scheduleSchema)
  .transform((schedules): ScheduleConfig[] =>
    Object.entries(schedules).map(([name, schedule]) => ({ name, ...schedule })),
  );
