import { formatDuration } from '../../core/duration.ts';
import type { ReportedChange, ReportedComponent, TriageReport } from './report.ts';
import { clip, joinLines, plain, when } from './text.ts';

/** Answers deployments and reloads, with how long before the alert they were. */
export function renderChanges({ changes, last_deployment: last, alert, incident }: TriageReport): string {
  const lines = changes.map((change) => `- ${renderChange(change, incident.started_at)}`);
  const isShown = changes.some(
    ({ kind, version, at }) => kind === 'deployment' && version === last?.version && at === last.at,
  );
  const older =
    last && !isShown
      ? `- Before that ${plain(alert.service)} was last deployed: ${renderChange(last, incident.started_at)}`
      : '';
  return joinLines([...lines, older]);
}

function renderChange(change: ReportedChange, startedAt: string): string {
  const what =
    change.kind === 'deployment'
      ? `${plain(change.service)} ${plain(change.version)} in ${plain(change.env)}`
      : `Tocsin's configuration (now ${plain(change.version)}${change.times > 1 ? `, in ${change.times} processes` : ''})`;
  const notes = change.notes ? `: ${plain(change.notes)}` : '';
  const link = change.link ? ` ${plain(change.link, 2000)}` : '';
  return `${distance(change.at, startedAt)}: ${what}, by ${plain(change.by)}${notes}${link}`;
}

function distance(at: string, startedAt: string): string {
  const ms = Date.parse(startedAt) - Date.parse(at);
  const span = formatDuration(Math.abs(ms));
  return ms >= 0 ? `**${span} before**, ${when(at)}` : `${span} after it began, ${when(at)}`;
}

const relations = { affected: '', upstream: ' (needed by it)', other: ' (unwell as well)' } as const;

/** Answers how components are, and what their checks last said where they failed. */
export function renderHealth({ components }: TriageReport): string {
  return joinLines(components.flatMap(renderComponent));
}

function renderComponent(component: ReportedComponent): string[] {
  const { name, relation, status, reason, since, checked_at: checkedAt } = component;
  const why = reason === null ? '' : `, ${plain(reason.replaceAll('_', ' '))}`;
  const times = `${since ? ` since ${when(since)}` : ''}${checkedAt ? `, checked ${when(checkedAt)}` : ''}`;
  return [
    `- **${status}** ${plain(name)}${relations[relation]}${why}${times}`,
    ...component.failed_checks.map(
      (check) =>
        `  - ${check.status} ${plain(check.check)}: ${check.detail === null ? 'no detail' : plain(check.detail)} (${check.consecutive_failures} in a row${check.last_good_at ? `, last good ${when(check.last_good_at)}` : ''})`,
    ),
  ];
}

/** Answers the runbook that fits best, whole, and the names of the others. */
export function renderRunbooks({ runbooks }: TriageReport): string {
  const [best, ...others] = runbooks;
  if (!best) return '';
  const more = others.map(
    ({ title, file, because }) => `- Also: ${plain(title)} (${plain(file)}), for ${plain(because)}`,
  );
  return [
    `${plain(best.title)} (${plain(best.file)}), for ${plain(best.because)}.`,
    ...(best.text === '' ? [] : [demote(best.text)]),
    ...(more.length > 0 ? [more.join('\n')] : []),
  ].join('\n\n');
}

/** Answers Markdown whose headings stand below ours, and whose code ends with it. */
function demote(markdown: string): string {
  let open = '';
  const lines = markdown
    .trimEnd()
    .split('\n')
    .map((line) => {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
      if (open === '' && mark !== '') open = mark;
      else if (open !== '' && mark.startsWith(open)) open = '';
      else if (open === '') return line.replace(/^(#{1,4})(?=\s)/, '##$1');
      return line;
    });
  return [...lines, ...(open === '' ? [] : [open])].join('\n');
}

/** Answers what became of earlier incidents of the same signature, and how often it comes. */
export function renderBefore({ signature }: TriageReport): string {
  const { before, alerts_60m: alerts, triages_24h: triages } = signature;
  const lines = before.map((incident) => {
    const {
      resolved_at: resolvedAt,
      started_at: startedAt,
      ended_as: endedAs,
      ending,
      ended_by: by,
    } = incident;
    const lasted = resolvedAt
      ? `lasted ${formatDuration(Date.parse(resolvedAt) - Date.parse(startedAt))}, `
      : '';
    const how = ending ? ` (${plain(clip(ending, 200))}${by ? `, by ${plain(by)}` : ''})` : '';
    return `- ${incident.number} ${plain(incident.title)}: began ${when(startedAt)}, ${lasted}${endedAs}${how}`;
  });
  return joinLines([
    ...(lines.length > 0 ? lines : ['- No incident before this one.']),
    `- Reports of it in the last hour: ${alerts}; triages in the last day: ${triages}`,
  ]);
}
