import { formatDuration } from '../../core/duration.ts';
import type { SloFacts } from './facts.ts';
import type { ReportedSlo, TriageReport } from './report.ts';
import { joinLines, plain } from './text.ts';

/** Answers a promise, as the report holds it. */
export function reportSlo({ name, windowMs, figures }: SloFacts): ReportedSlo {
  return {
    name,
    state: figures.some(({ violated }) => violated) ? 'violated' : 'met',
    window_minutes: windowMs / 60_000,
    figures: figures.map((figure) => ({ ...figure })),
  };
}

/** Answers whether each promise is kept, and by which figures. */
export function renderSlos({ slos }: TriageReport): string {
  return joinLines(slos.map(renderSlo));
}

function renderSlo({ name, state, window_minutes: minutes, figures }: ReportedSlo): string {
  const told = figures.map(({ name, value, limit, violated }) => {
    const said = value === null ? 'not measured' : String(Math.round(value * 100) / 100);
    return `${plain(name)} ${said}${violated ? `, **over its limit of ${limit}**` : ` (limit ${limit})`}`;
  });
  return `- **${state}** ${plain(name)}, over ${formatDuration(minutes * 60_000)}: ${told.join('; ')}`;
}
