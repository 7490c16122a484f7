import type { Config } from '../../config/types.ts';
import { toIso } from '../../core/clock.ts';
import { formatDuration } from '../../core/duration.ts';
import { matchForm } from '../../core/match.ts';
import type { SilenceRow } from '../../store/index.ts';
import { decideState } from './decide.ts';
import { type Matchers, type Silence, type SilenceView, toMatch } from './types.ts';

/** Answers the silences and maintenances of the configuration. */
export function configuredSilences({ silences, maintenance }: Config): Silence[] {
  const inFile = { origin: 'file', createdBy: null, createdAt: null, expiredBy: null } as const;
  return [
    ...silences.map(({ name, match, startsAt, endsAt, comment }) => ({
      ...inFile,
      id: `silence:${name}`,
      kind: 'silence' as const,
      match,
      schedule: { kind: 'once' as const, startsAt, endsAt },
      comment,
    })),
    ...maintenance.map(({ name, ...rest }) => ({
      ...inFile,
      ...rest,
      id: `maintenance:${name}`,
      kind: 'maintenance' as const,
    })),
  ];
}

/** Answers the silence of a row. */
export function toSilence(row: SilenceRow): Silence {
  return {
    id: row.silence_id,
    kind: 'silence',
    origin: 'api',
    match: toMatch(JSON.parse(row.matchers) as Matchers),
    schedule: { kind: 'once', startsAt: row.starts_at, endsAt: row.ends_at },
    comment: row.comment,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiredBy: row.expired_by,
  };
}

/** Answers the silence as the API shows it; of one that comes again and again, the time that is on or comes next. */
export function toSilenceView(silence: Silence, nowMs: number): SilenceView {
  const { schedule } = silence;
  const { state, startsAt, endsAt } = decideState(schedule, nowMs);
  const again = schedule.kind === 'cron' ? schedule : null;
  return {
    id: silence.id,
    kind: silence.kind,
    origin: silence.origin,
    state,
    matchers: matchForm(silence.match),
    starts_at: toIso(startsAt),
    ends_at: toIso(endsAt),
    cron: again?.cron ?? null,
    timezone: again?.timezone ?? null,
    duration: again && formatDuration(again.durationMs),
    comment: silence.comment,
    created_by: silence.createdBy,
    created_at: toIso(silence.createdAt),
    expired_by: silence.expiredBy,
  };
}
