import { formatDuration } from '../../core/duration.ts';
import { renderAlerts } from '../triage/markdown-alert.ts';
import { clip, fence, joinLines, plain, when } from '../triage/text.ts';
import type { Postmortem } from './make.ts';

/** Answers the draft as Markdown: what is known is filled in, what only people know is asked. */
export function renderPostmortem(draft: Postmortem): string {
  const { incident, timeline, timeline_total: total, alerts, impact } = draft;
  const sections = [
    ['Summary', renderSummary(draft)],
    ['Impact', renderImpact(draft)],
    ['Detection and response', renderResponse(draft)],
    ['Cause', ask('what broke, and what made it possible')],
    ['What went well', ask('what was noticed, decided or prepared in good time')],
    ['What went badly', ask('what took long, was missing or misled')],
    ['Follow-ups', renderFollowups(draft)],
    ['Contributing alerts', renderAlerts({ total: impact.alerts, alerts }) || 'None: it was opened by hand.'],
    [
      'Timeline',
      joinLines([
        ...timeline.map(renderEvent),
        total > timeline.length ? `- Of ${total} entries the first and the last are shown.` : '',
      ]),
    ],
  ] as const;
  const blocks = sections.flatMap(([title, body]) => [`## ${title}`, body]);
  const head = `Draft of ${when(draft.made_at)}. Lines that ask for something are for people to write.`;
  return `${[`# Postmortem of ${incident.number}: ${plain(incident.title)}`, head, ...blocks].join('\n\n')}\n`;
}

function ask(what: string): string {
  return `_To write: ${what}._`;
}

function renderSummary({ incident, impact }: Postmortem): string {
  const where = `${plain(incident.service)} in ${plain(incident.env)}`;
  const began = when(incident.started_at);
  const lasted = span(impact.lasted_seconds);
  const times = incident.resolved_at
    ? `It lasted ${lasted}, from ${began} to ${when(incident.resolved_at)}.`
    : `It began ${began} and is not over yet, after ${lasted}.`;
  return joinLines([
    `${incident.severity}, ${where}. ${times}`,
    incident.summary ? `\n${fence(clip(incident.summary, 4000))}` : '',
  ]);
}

function renderImpact({ impact }: Postmortem): string {
  return joinLines([
    `- Lasted ${span(impact.lasted_seconds)}${impact.is_over ? '' : ' so far'}`,
    `- Components: ${impact.components.map((id) => plain(id)).join(', ') || 'none named'}`,
    `- Alerts: ${impact.alerts}, reported ${impact.reports === 1 ? 'once' : `${impact.reports} times`}`,
    `- ${ask('who noticed it, and what they could not do')}`,
  ]);
}

function renderResponse({ incident, impact, response }: Postmortem): string {
  const never = impact.is_over ? 'never' : 'not yet';
  const after = (seconds: number) => (seconds === 0 ? 'at once' : `after ${span(seconds)}`);
  const line = (what: string, seconds: number | null, who: string | null = null) =>
    `- ${what}: ${seconds === null ? never : after(seconds)}${who === null ? '' : `, by ${plain(who)}`}`;
  return joinLines([
    line('Opened', response.opened_after_seconds),
    line('First message delivered', response.told_after_seconds),
    line('Acknowledged', response.acknowledged_after_seconds, incident.acknowledged_by),
    line('Resolved', response.resolved_after_seconds),
  ]);
}

function renderFollowups({ followups }: Postmortem): string {
  const lines = followups.map(
    ({ title, priority, status, owner, due_date: due }) =>
      `- [${status === 'open' ? ' ' : 'x'}] ${priority} ${plain(title)}${status === 'cancelled' ? ' (cancelled)' : ''}, ${owner === null ? 'no owner yet' : plain(owner)}${due ? `, due ${due.slice(0, 10)}` : ''}`,
  );
  return lines.length > 0 ? lines.join('\n') : 'None.';
}

function renderEvent({ at, type, actor, message, occurrences }: Postmortem['timeline'][number]): string {
  const times = occurrences > 1 ? ` (${occurrences} times)` : '';
  return `- ${when(at)} ${type.replaceAll('_', ' ')}, ${plain(actor)}: ${plain(message)}${times}`;
}

function span(seconds: number): string {
  return seconds === 0 ? '0s' : formatDuration(seconds * 1000);
}
