import { toIso } from '../../core/clock.ts';
import { formatDuration } from '../../core/duration.ts';
import { type DayUptime, decideUptimeRatio, type StatusTimes, sumTimes } from '../../health/index.ts';
import { Html } from './html.ts';
import type { Tone } from './marks.ts';

const [barWidth, barPitch, height] = [3, 4, 8];
/** Of the height: a minute of a day would not be seen. */
const leastPart = 0.3;

/** Answers the uptime of the days that count, as `99.95 % up in 30 days`, rounded down so that only what never was down is 100; null: none counts. */
export function uptimeText(days: readonly DayUptime[]): string | null {
  const ratio = decideUptimeRatio(sumTimes(days));
  if (ratio === null) return null;
  const percent = ratio === 1 ? '100' : (Math.floor(ratio * 10_000) / 100).toFixed(2);
  const counted = days.filter(doesCount).length;
  return `${percent} % up in ${counted === 1 ? '1 day' : `${counted} days`}`;
}

/** Answers the dates of days, as bars are called by them. */
export function datesOf(days: readonly DayUptime[]): string[] {
  return days.map(({ dayAt }) => toIso(dayAt).slice(0, 10));
}

/**
 * Answers a bar a day, with its date, the oldest first: green was up, the red or amber part of it down or degraded, and gray does not
 * count. It is made of numbers and words of its own: a page may have many hundred, and there is nothing to escape.
 */
export function uptimeStrip(days: readonly DayUptime[], dates: readonly string[]): Html {
  const counts = days.map(doesCount);
  const none = counts.map((one) => !one);
  const width = days.length * barPitch - (barPitch - barWidth);
  return new Html(
    `<svg class="strip" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="group" aria-label="by day">
${line('green', counts)}${line('gray', none)}${days.map((day, i) => badPart(day, i, dates[i] ?? '')).join('')}</svg>`,
  );
}

function doesCount({ ok, degraded, down }: DayUptime): boolean {
  return ok + degraded + down > 0;
}

/** Days in a row are one line, which the style sheet parts by dashes. */
function line(tone: Tone, days: readonly boolean[]): string {
  let path = '';
  for (const [i, isOne] of days.entries()) {
    if (isOne && !days[i - 1]) path += `M${i * barPitch} ${height / 2}`;
    if (isOne && !days[i + 1]) path += `H${(i + 1) * barPitch}`;
  }
  return path === '' ? '' : `<path class="${tone}" d="${path}"/>`;
}

function badPart(day: DayUptime, i: number, date: string): string {
  const { ok, degraded, down } = day;
  const bad = down || degraded;
  if (bad === 0) return '';
  const tone: Tone = down > 0 ? 'red' : 'amber';
  const part = Math.max(leastPart, bad / (ok + degraded + down));
  const partHeight = Number((part * height).toFixed(1));
  return `<rect class="${tone}" x="${i * barPitch}" y="${height - partHeight}" width="${barWidth}" height="${partHeight}"><title>${date}: ${describe(day)}</title></rect>`;
}

function describe({ down, degraded }: StatusTimes): string {
  const parts = [
    ...(down > 0 ? [`down ${formatDuration(down)}`] : []),
    ...(degraded > 0 ? [`degraded ${formatDuration(degraded)}`] : []),
  ];
  return parts.join(', ');
}
