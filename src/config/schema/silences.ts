import { z } from 'zod';
import { describeCronProblem, isCronProblem, isTimezone, readCron } from '../../core/cron/index.ts';
import type { FactsMatch } from '../../core/match.ts';
import { isoTime } from '../../core/text.ts';
import type { MaintenanceConfig, SilenceConfig } from '../types.ts';
import { duration, section, slug, text, textList } from './fields.ts';
import { isEmptyMatch, matchSchema, someMatchSchema } from './match.ts';

const time = z.string({ error: 'a time with its zone, as 2026-03-01T12:00:00Z, in quotes' }).pipe(isoTime);
const minuteMs = 60_000;

/** Says at the key what is expected there. */
function expect(ctx: z.RefinementCtx, path: string[], message: string): void {
  ctx.addIssue({ code: 'custom', path, message });
}

/** An entry of `silences:`. */
export const silenceSchema = section({
  name: slug.describe('Name that alerts and explanations show.'),
  match: someMatchSchema.describe('Which alerts, in the words of routes.'),
  starts_at: time.optional().describe('Default: at once.'),
  ends_at: time.optional().describe('Default: when it is taken out of the file.'),
  comment: text.optional(),
}).transform((raw, ctx): SilenceConfig => {
  const [startsAt, endsAt] = [raw.starts_at ?? null, raw.ends_at ?? null];
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt)
    expect(ctx, ['ends_at'], 'a time after starts_at');
  return { name: raw.name, match: raw.match, startsAt, endsAt, comment: raw.comment ?? null };
});

const maintenanceFields = section({
  name: slug.describe('Name that alerts and explanations show.'),
  components: textList.min(1).optional().describe('Ids of the components that are worked on.'),
  match: matchSchema.prefault({}).describe('Which alerts, in the words of routes.'),
  start: time.optional().describe('Of work that is done once.'),
  end: time.optional(),
  cron: text
    .optional()
    .describe('When work begins that comes again and again: five fields, or @daily and the like.'),
  timezone: text.optional().describe('IANA name of the zone that `cron` is read in; default: UTC.'),
  duration: duration({ minMs: minuteMs, maxMs: 31 * 86_400_000 }).optional(),
  comment: text.optional(),
});

/** An entry of `maintenance:`. */
export const maintenanceSchema = maintenanceFields.transform((raw, ctx): MaintenanceConfig => {
  const { name, components, match } = raw;
  if (components && match.component) expect(ctx, ['components'], 'components or match.component, not both');
  const whole: FactsMatch = components ? { ...match, component: components } : match;
  if (isEmptyMatch(whole)) expect(ctx, ['components'], 'ids of components, or a match with at least one key');
  return { name, match: whole, schedule: readSchedule(raw, ctx), comment: raw.comment ?? null };
});

type Raw = z.output<typeof maintenanceFields>;

function readSchedule(raw: Raw, ctx: z.RefinementCtx): MaintenanceConfig['schedule'] {
  if (raw.cron === undefined) return readOnce(raw, ctx);
  const { cron, timezone = 'UTC', duration: durationMs } = raw;
  for (const key of ['start', 'end'] as const)
    if (raw[key] !== undefined) expect(ctx, [key], 'nothing beside cron, which says when it begins');
  const isZone = isTimezone(timezone);
  if (!isZone) expect(ctx, ['timezone'], 'the name of a time zone, as Europe/Riga');
  const times = readCron(cron, isZone ? timezone : 'UTC');
  if (isCronProblem(times)) expect(ctx, ['cron'], `a cron expression; ${describeCronProblem(times)}`);
  if (durationMs === undefined) expect(ctx, ['duration'], 'how long it takes, as 1h');
  return { kind: 'cron', cron, timezone, durationMs: durationMs ?? 0 };
}

function readOnce(raw: Raw, ctx: z.RefinementCtx): MaintenanceConfig['schedule'] {
  for (const key of ['timezone', 'duration'] as const)
    if (raw[key] !== undefined) expect(ctx, [key], 'nothing without cron: start and end say it all');
  const { start, end } = raw;
  if (start === undefined) expect(ctx, ['start'], 'a time, or cron and duration instead');
  if (end === undefined) expect(ctx, ['end'], 'a time, or cron and duration instead');
  if (start !== undefined && end !== undefined && end <= start) expect(ctx, ['end'], 'a time after start');
  return { kind: 'once', startsAt: start ?? 0, endsAt: end ?? 0 };
}
