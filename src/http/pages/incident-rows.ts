import type { z } from 'zod';
import type { getIncident } from '../../flows/incident-get.ts';
import { type Html, html } from './html.ts';
import { ago, alertPath, count, incidentPath, tag, toneOf, until } from './marks.ts';

export type IncidentDetails = z.output<typeof getIncident.output>;

type AlertLine = IncidentDetails['alerts'][number];
type EventLine = IncidentDetails['timeline'][number];
type MessageLine = IncidentDetails['notifications'][number];
type ArtifactLine = IncidentDetails['artifacts'][number];

/** Answers an alert with what it said last and its values. */
export function alertRow(alert: AlertLine, nowMs: number): Html {
  const tone = alert.state === 'firing' ? toneOf(alert.severity) : 'green';
  const values = Object.entries(alert.metrics);
  return html`<li class="row ${tone}"><a class="title" href="${alertPath(alert.alert_ref)}">${alert.title}</a>
<span>${tag(toneOf(alert.severity), alert.severity)} ${tag(toneOf(alert.state), alert.state)}</span>
${alert.message && html`<pre>${alert.message}</pre>`}${
  values.length > 0 &&
  html`<span class="facts">${values.map(([name, value]) => html`<span>${name} = <b>${value}</b></span>`)}</span>`
}${links(alert.evidence?.links ?? [])}
<span class="meta"><span>${alert.service} / ${alert.env}</span><span>${alert.kind} by ${alert.source}</span>
<span>${count(alert.occurrences, 'report')}</span><span>first ${ago(alert.first_seen_at, nowMs)}</span>
<span>last ${ago(alert.last_seen_at, nowMs)}</span>${alert.ended_at && html`<span>ended ${ago(alert.ended_at, nowMs)}</span>`}</span></li>`;
}

/** Answers links; only addresses of the web become some: others, such as scripts, stay text. */
export function links(found: readonly { title: string; url: string }[]): Html | null {
  if (found.length === 0) return null;
  return html`<span class="facts">${found.map(({ title, url }) =>
    /^https?:\/\//i.test(url)
      ? html`<a href="${url}" rel="noreferrer">${title || url}</a>`
      : html`<span>${title}: ${url}</span>`,
  )}</span>`;
}

/** Answers a line of the timeline. */
export function eventRow(event: EventLine, nowMs: number): Html {
  const repeats =
    event.occurrences > 1 && html`, ${count(event.occurrences, 'time')}, last ${ago(event.last_at, nowMs)}`;
  return html`<li>${ago(event.at, nowMs)}<span class="what">${event.message}</span>
<span class="soft">${readable(event.type)} by ${event.actor}${repeats}</span></li>`;
}

/** Answers who was told what and when, and whether it arrived. */
export function messageRow(message: MessageLine, nowMs: number): Html {
  const { status, next_attempt_at: next } = message;
  const tone = toneOf(status);
  return html`<li class="row ${tone}"><span class="title">${message.title}</span>${tag(tone, readable(status))}
${message.error && html`<pre>${message.error}</pre>`}
<span class="meta"><span>to ${message.channel}</span><span>${message.event}</span><span>written ${ago(message.created_at, nowMs)}</span>
${message.sent_at && html`<span>sent ${ago(message.sent_at, nowMs)}</span>`}${
  message.attempts > 0 && html`<span>${count(message.attempts, 'attempt')}</span>`
}${next && html`<span>next attempt ${until(next, nowMs)}</span>`}</span></li>`;
}

/** Answers an artifact; its link leads to the API's answer, which is text and never run. */
export function artifactRow(number: string, artifact: ArtifactLine, nowMs: number): Html {
  const path = `/v1${incidentPath(number)}/artifacts/${encodeURIComponent(artifact.id)}`;
  return html`<li class="row"><a class="title" href="${path}">${artifact.name}</a><span></span>
<span class="meta"><span>${artifact.content_type}</span><span>${count(artifact.body_bytes, 'byte')}</span>
<span>made ${ago(artifact.created_at, nowMs)}</span></span></li>`;
}

/** Answers a word of the API as people write it. */
export function readable(word: string): string {
  return word.replaceAll('_', ' ');
}
