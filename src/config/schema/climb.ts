import { z } from 'zod';
import { formatDuration } from '../../core/duration.ts';
import type { ClimbStep, NotifyConfig } from '../types.ts';
import { section, severity, text, textList, timerDuration, withoutUndefined } from './fields.ts';

const stepSchema = section({
  after: timerDuration(1000).describe('How long nobody has acknowledged it.'),
  channels: z.array(text).min(1).describe('Names from `channels:`.'),
  match: section({
    severity: z.array(severity).min(1).optional(),
    env: textList.min(1).optional(),
    service: textList.min(1).optional(),
  })
    .prefault({})
    .transform(withoutUndefined)
    .describe('Which incidents take the step; default: all.'),
}).transform(({ after, channels, match }): ClimbStep => {
  return { afterMs: after, channels: [...new Set(channels)], match };
});

/** The `notify:` section. */
export const notifySchema = section({
  dry_run: z.boolean().default(false).describe('Record messages, and send none.'),
  escalation: z
    .array(stepSchema)
    .default([])
    .superRefine(requireRise)
    .describe('Who is told, step by step, until somebody acknowledges an incident.'),
}).transform(({ dry_run, escalation }): NotifyConfig => ({ dryRun: dry_run, escalation }));

/** A step that is due before the one above it would be told first, and count as the later one. */
function requireRise(steps: readonly ClimbStep[], ctx: z.RefinementCtx): void {
  for (const [index, { afterMs }] of steps.entries()) {
    const before = steps[index - 1]?.afterMs;
    // A step that is wrong in itself has no time, and is neither later nor earlier.
    if (before === undefined || !(afterMs <= before)) continue;
    const message = `a duration longer than ${formatDuration(before)}, that of the step before`;
    ctx.addIssue({ code: 'custom', path: [index, 'after'], message });
  }
}
