import type { z } from 'zod';
import { matchForm } from '../../core/match.ts';
import { type FileForm, withoutNulls } from '../form.ts';
import type { triggersSchema } from '../schema/triggers.ts';
import type { ProfileTriggers } from '../types.ts';

/** Answers what starts the profile beside its schedule. */
export function toTriggers(profile: string, raw: z.output<typeof triggersSchema>): ProfileTriggers {
  const { alert, webhook, github } = raw;
  return {
    alert: alert?.match ?? null,
    webhook: webhook === true ? profile : (webhook ?? null),
    github: github ? { events: github.events, repositories: github.repositories ?? null } : null,
  };
}

/** Answers the same in the words of the file. */
export function triggersForm({ alert, webhook, github }: ProfileTriggers): FileForm {
  return withoutNulls({
    alert: alert && { match: matchForm(alert) },
    webhook,
    github: github && withoutNulls({ ...github }),
  });
}
