import type { Announcement } from '../core/hand-over.ts';
import { isResolution } from './choose-recipients.ts';
import { explainRoutes } from './routes.ts';
import type { Announced, NotifySettings } from './types.ts';

/** Why people hear of an announcement, or do not, and what decided it. */
export type ToldDecision = { reason: string; rule: string | null };

/** Answers why an announcement became these messages; `written` are those that are new. */
export function explainTold(
  announcement: Announcement,
  written: readonly Announced[],
  settings: Pick<NotifySettings, 'routes'>,
): ToldDecision[] {
  if (isResolution(announcement)) {
    const rule = written.map(({ channel }) => channel).join(', ') || null;
    return [{ reason: rule === null ? 'end_not_told' : 'end_told', rule }, ...explainQuiet(written)];
  }
  const { direct, reason } = announcement;
  if (direct) return [{ reason, rule: direct.rule }, ...explainSkipped(written)];
  if (written.length === 0) return [explainSilence(announcement, settings)];
  return [
    { reason: 'route_matched', rule: describeWritten(written) },
    ...explainSkipped(written),
    ...explainQuiet(written),
  ];
}

/** What is not sent at all waits for nothing. */
function explainQuiet(written: readonly Announced[]): ToldDecision[] {
  const routes = written.flatMap(({ isQuiet, status, route }) =>
    isQuiet && route !== null && status === 'pending' ? [route] : [],
  );
  return routes.length > 0 ? [{ reason: 'quiet_hours', rule: [...new Set(routes)].join(', ') }] : [];
}

function describeWritten(written: readonly Announced[]): string {
  const byRoute = Map.groupBy(written, ({ route }) => route ?? 'before');
  return [...byRoute]
    .map(([route, rows]) => `${route} → ${rows.map(({ channel }) => channel).join(', ')}`)
    .join('; ');
}

function explainSkipped(written: readonly Announced[]): ToldDecision[] {
  const dry = written.some(({ status }) => status === 'skipped_dry_run');
  const unset = written.filter(({ status }) => status === 'skipped_unconfigured');
  return [
    ...(dry ? [{ reason: 'dry_run', rule: 'notify.dry_run' }] : []),
    ...(unset.length > 0
      ? [{ reason: 'channel_unconfigured', rule: unset.map(({ channel }) => channel).join(', ') }]
      : []),
  ];
}

/** Nothing was written: the routes say why, or it was told before. */
function explainSilence(
  { facts, onlyRoutes }: Announcement,
  { routes }: Pick<NotifySettings, 'routes'>,
): ToldDecision {
  const said = explainRoutes(routes, facts, onlyRoutes);
  const names = (verdict: string) =>
    said.filter((one) => one.verdict === verdict).map(({ route }) => route.name);
  for (const [verdict, reason] of [
    ['sends', 'already_told'],
    ['mutes', 'route_muted'],
    ['below_severity_floor', 'below_severity_floor'],
  ] as const) {
    const found = names(verdict);
    if (found.length > 0) return { reason, rule: found.join(', ') };
  }
  return { reason: 'no_route', rule: onlyRoutes?.join(', ') ?? null };
}
