import { formatDuration } from '../../core/duration.ts';
import { severities } from '../../core/severity.ts';
import type { IncidentRow } from '../../store/index.ts';
import { joinLines, plain } from '../triage/text.ts';
import { formatNumber } from '../view.ts';
import type { Level } from './decide.ts';

const mostListed = 10;

/** Something that came again and again. */
export type Recurring = {
  title: string;
  service: string;
  days7: number;
  days30: number;
  level: Level;
  recommendation: string;
};

export type DigestFacts = {
  fromMs: number;
  toMs: number;
  /** Those that were made in that time, newest first. */
  incidents: readonly IncidentRow[];
  /** Those that are open at its end, whenever they were made, newest first. */
  open: readonly IncidentRow[];
  /** The worst first. */
  recurring: readonly Recurring[];
  deployments: number;
  /** Of all incidents, at its end. */
  followups: { open: number; overdue: number };
};

/** Answers the digest of a week as Markdown: the same facts, the same text. */
export function renderDigest(facts: DigestFacts): string {
  const { incidents, open, recurring, fromMs, toMs } = facts;
  const sections = [
    ['What happened', renderCounts(facts)],
    ['What comes again', renderMany(recurring, renderRecurring)],
    ['Still open', renderMany(open, (incident) => `- ${renderName(incident)}${renderOpen(incident, toMs)}`)],
    ['Incidents', renderMany(incidents, (incident) => `- ${renderName(incident)}${renderEnd(incident)}`)],
  ] as const;
  const blocks = sections.flatMap(([title, body]) => (body === '' ? [] : [`## ${title}`, body]));
  return `${[`# Digest of ${day(fromMs)} to ${day(toMs)}`, ...blocks].join('\n\n')}\n`;
}

function renderCounts({ incidents, deployments, followups }: DigestFacts): string {
  const bySeverity = severities.flatMap((severity) => {
    const count = incidents.filter((incident) => incident.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const acknowledged = median(incidents, ({ acknowledged_at: at, created_at: from }) => at && at - from);
  const resolved = median(incidents, ({ resolved_at: at, started_at: from }) => at && at - from);
  return joinLines([
    incidents.length === 0 ? '- No incident.' : `- Incidents: ${incidents.length} (${bySeverity.join(', ')})`,
    renderMedian('Acknowledged', incidents.length, acknowledged),
    renderMedian('Over', incidents.length, resolved),
    `- Follow-ups: ${followups.open} open, ${followups.overdue} overdue`,
    `- Deployments: ${deployments}`,
  ]);
}

/** Of one the time that it took; of several the time within which half of them were so far. */
function renderMedian(what: string, of: number, { count, median }: Median): string {
  if (of === 0) return '';
  if (median === null) return `- ${what}: none of ${of}`;
  const half = count === 1 ? 'after' : 'half of them within';
  return `- ${what}: ${count} of ${of}, ${half} ${formatDuration(median)}`;
}

function renderRecurring(one: Recurring): string {
  return `- **${one.level}** ${plain(one.title)} (${plain(one.service)}): ${one.days7} times in 7 days, ${one.days30} in 30. ${one.recommendation}`;
}

function renderName(incident: IncidentRow): string {
  return `${formatNumber(incident.number)} ${incident.severity} ${plain(incident.title, 120)} (${plain(incident.service)} in ${plain(incident.env)})`;
}

function renderOpen(
  { started_at: startedAt, owner, acknowledged_at: at }: IncidentRow,
  toMs: number,
): string {
  const who = owner === null ? 'nobody has it' : `${plain(owner)} has it`;
  const since = formatDuration(Math.max(0, toMs - startedAt));
  return `, since ${since}, ${who}${at === null ? ', not acknowledged' : ''}`;
}

function renderEnd({ resolved_at: resolvedAt, started_at: startedAt, status }: IncidentRow): string {
  return resolvedAt === null
    ? `, ${status}`
    : `, ${status} after ${formatDuration(Math.max(0, resolvedAt - startedAt))}`;
}

function renderMany<Row>(rows: readonly Row[], show: (row: Row) => string): string {
  const more = rows.length - mostListed;
  return joinLines([...rows.slice(0, mostListed).map(show), more > 0 ? `- And ${more} more.` : '']);
}

type Median = { count: number; median: number | null };

/** Answers how many rows have it, and the lower median of theirs. */
function median(rows: readonly IncidentRow[], read: (row: IncidentRow) => number | null): Median {
  const values = rows.flatMap((row) => read(row) ?? []).sort((a, b) => a - b);
  return { count: values.length, median: values[Math.floor((values.length - 1) / 2)] ?? null };
}

function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
