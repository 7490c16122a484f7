import { z } from 'zod';
import { defineAction, refuseField } from '../../core/action.ts';
import { parseDurationMs } from '../../core/duration.ts';
import { isoTime, text } from '../../core/text.ts';
import type { Ctx } from '../../store/index.ts';
import { insertSilence } from './queries.ts';
import { matchersInput, silenceView } from './types.ts';
import { toSilence, toSilenceView } from './view.ts';

const createInput = z.strictObject({
  matchers: matchersInput,
  starts_at: isoTime.optional().describe('Default: now.'),
  ends_at: isoTime.optional(),
  duration: text(50, 1).optional().describe('As 2h or 1h30m, instead of ends_at.'),
  comment: text(2000).optional(),
});

/** Keeps matching alerts to themselves for a time. */
export const createSilence = defineAction({
  name: 'silences.create',
  summary: 'Keep matching alerts from being told and from making incidents, for a time',
  input: createInput,
  output: silenceView,
  entitlement: 'tools.alerts.silence',
  http: { method: 'POST', path: '/v1/silences', status: 201 },
  cli: { command: 'alerts silence', spread: 'matchers' },
  async run(ctx: Ctx, input) {
    const nowMs = ctx.clock.now();
    const { startsAt, endsAt } = readTimes(input, nowMs);
    const row = {
      silence_id: `sil_${ctx.ids.ulid()}`,
      matchers: JSON.stringify(input.matchers),
      starts_at: startsAt,
      ends_at: endsAt,
      comment: input.comment ?? null,
      created_by: ctx.actor.name,
      created_at: nowMs,
      expired_by: null,
    };
    await insertSilence(ctx, row);
    return toSilenceView(toSilence(row), nowMs);
  },
});

/** The last time that has four digits for its year, and that every date can hold. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function readTimes(input: z.output<typeof createInput>, nowMs: number): { startsAt: number; endsAt: number } {
  const startsAt = input.starts_at ?? nowMs;
  if ((input.ends_at === undefined) === (input.duration === undefined))
    throw refuseField('ends_at', 'give either ends_at or duration');
  const durationMs = input.duration === undefined ? null : parseDurationMs(input.duration);
  if (input.duration !== undefined && !durationMs)
    throw refuseField('duration', `"${input.duration}" is not a duration, as 2h or 1h30m`);
  const endsAt = input.ends_at ?? startsAt + (durationMs ?? 0);
  if (endsAt > latestMs) throw refuseField('duration', 'the end is after the year 9999');
  if (endsAt <= startsAt) throw refuseField('ends_at', 'must be after starts_at');
  if (endsAt <= nowMs)
    throw refuseField(durationMs === null ? 'ends_at' : 'duration', 'the end is in the past');
  return { startsAt, endsAt };
}
