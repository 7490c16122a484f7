import { holdReasons } from '../../alerts/index.ts';
import { formatDuration } from '../../core/duration.ts';
import { Html, html } from './html.ts';

export type Tone = 'red' | 'amber' | 'green' | 'blue' | 'gray';

const shapes: Readonly<Record<Tone, string>> = {
  red: '<path d="M7.9 2h8.2L22 7.900v8.200L16.100 22H7.900L2 16.100V7.900z"/><path d="m9 9 6 6m0-6-6 6"/>',
  amber: '<path d="M12 3 2 20.500h20z"/><path d="M12 10v4.500m0 2.800v.2"/>',
  green: '<circle cx="12" cy="12" r="10"/><path d="m7.500 12.500 3 3 6-6.500"/>',
  blue: '<circle cx="12" cy="12" r="10"/><path d="M12 11v6m0-10v.2"/>',
  gray: '<circle cx="12" cy="12" r="10"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.400 2.300c-.6.3-.9.7-.9 1.400v.5m0 3v.2"/>',
};

/** Answers a drawing for a tone: shape tells what colour tells, for those who see none. */
export function icon(tone: Tone): Html {
  return new Html(
    `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shapes[tone]}</svg>`,
  );
}

/** Answers a status or severity as icon and word on its colour. */
export function tag(tone: Tone, word: string): Html {
  return html`<span class="tag ${tone}">${icon(tone)}${word}</span>`;
}

/** Answers that something keeps an alert to itself, and which kind of thing; nothing where none does. */
export function heldTag(holderId: string | null): Html | null {
  return holderId === null ? null : tag('gray', holdReasons(holderId).held);
}

const tones: Readonly<Record<string, Tone>> = {
  P0: 'red',
  P1: 'red',
  P2: 'amber',
  P3: 'blue',
  INFO: 'gray',
  down: 'red',
  degraded: 'amber',
  ok: 'green',
  open: 'red',
  mitigating: 'amber',
  resolved: 'green',
  closed: 'gray',
  firing: 'red',
  delivered: 'green',
  pending: 'blue',
  sending: 'blue',
  failed: 'red',
  dead: 'red',
  skipped_unconfigured: 'red',
  overdue: 'red',
  done: 'green',
  cancelled: 'gray',
};

/** Answers the colour of a severity or a status; unknown words are gray. */
export function toneOf(word: string): Tone {
  return tones[word] ?? 'gray';
}

/** Answers how long ago it was, with the exact time on hovering. */
export function ago(iso: string, nowMs: number): Html {
  const distanceMs = Math.max(0, nowMs - Date.parse(iso));
  const words = distanceMs < 1000 ? 'just now' : `${formatDuration(distanceMs)} ago`;
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`;
}

/** Answers how long until then, with the exact time on hovering. */
export function until(iso: string, nowMs: number): Html {
  const distanceMs = Date.parse(iso) - nowMs;
  const words = distanceMs < 1000 ? 'now' : `in ${formatDuration(distanceMs)}`;
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`;
}

/** Answers an amount with its word: `1 alert`, `2,040 reports`. */
export function count(amount: number, word: string): string {
  return `${amount.toLocaleString('en')} ${word}${amount === 1 ? '' : 's'}`;
}

/** Answers the address of an alert's page. */
export function alertPath(alertRef: string): string {
  return `/alerts/${encodeURIComponent(alertRef)}`;
}

/** Answers the address of an incident's page. */
export function incidentPath(name: string): string {
  return `/incidents/${encodeURIComponent(name)}`;
}
