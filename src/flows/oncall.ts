import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { createZones } from '../core/cron/index.ts';
import { type Duty, findDuty } from '../core/rotation.ts';
import type { FlowCtx } from './context.ts';

type OnDuty = Duty & { name: string; timezone: string };

const dutyView = z.object({
  schedule: z.string(),
  on_call: z.string().nullable().describe('Null: the schedule has not started.'),
  since: z.string().nullable(),
  until: z.string(),
  next: z.string().nullable().describe('Who has it then.'),
  override: z.boolean().describe('Whether somebody stands in.'),
  timezone: z.string(),
});

/** Answers who is on call now, by each schedule in the order of the file. */
export const onCallNow = defineAction({
  name: 'oncall.now',
  summary: 'Say who is on call now, until when, and who is next',
  input: z.strictObject({}),
  output: z.object({ data: z.array(dutyView) }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/oncall/now' },
  cli: { command: 'oncall now' },
  async run(ctx: FlowCtx) {
    const data = findOnCall(ctx).map((duty) => ({
      schedule: duty.name,
      on_call: duty.who,
      since: toIso(duty.sinceMs),
      until: toIso(duty.untilMs),
      next: duty.next,
      override: duty.isOverride,
      timezone: duty.timezone,
    }));
    return { data };
  },
});

/** Answers who is on call now by the first schedule; null: nobody. */
export function findFirstOnCall(ctx: FlowCtx): string | null {
  return findOnCall(ctx)[0]?.who ?? null;
}

/** Answers for messages who is on call now; null: there is nobody. */
export function sayOnCall(ctx: FlowCtx): string | null {
  const onDuty = findOnCall(ctx).filter(({ who }) => who !== null);
  const isOnly = ctx.config.onCall.length === 1;
  const words = onDuty.map(({ who, name }) => (isOnly ? who : `${who} (${name})`));
  return words.length === 0 ? null : `On call: ${words.join(', ')}.`;
}

function findOnCall({ config, clock }: FlowCtx): OnDuty[] {
  const zones = createZones();
  return config.onCall.flatMap((schedule) => {
    const { name, timezone } = schedule;
    // The configuration names no zone that there is not.
    const zone = zones.find(timezone);
    return zone ? [{ name, timezone, ...findDuty(schedule, zone, clock.now()) }] : [];
  });
}
