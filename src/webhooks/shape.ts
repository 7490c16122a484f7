import type { WebhookConfig } from '../config/index.ts';
import { toStorable } from '../core/text.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What alerts take of a text; what a sender says beyond that is cut, as a shorter alert is better than none. */
const longest: Readonly<Record<string, number>> = { title: 1000, message: 20_000, summary: 20_000 };
const longestEntry = 2000;

/** Answers what a mapping made as reports at the door of alerts: with the webhook's defaults and severities, and without nulls. */
export function shapeReports(made: unknown, webhook: WebhookConfig): unknown[] {
  return [made].flat().map((one) => (isMap(one) ? shape(one, webhook) : one));
}

function shape(raw: Raw, { defaults, severities }: WebhookConfig): Raw {
  const given = Object.fromEntries(
    Object.entries(raw)
      .filter(([, value]) => value !== null)
      .map(([field, value]) => [field, tidy(field, value)]),
  );
  const shaped: Record<string, unknown> = { ...defaults, ...given };
  if (isMap(given.labels)) shaped.labels = { ...defaults.labels, ...given.labels };
  // What is no word is for the door of alerts to refuse.
  const word = typeof given.severity === 'object' ? '' : String(given.severity).trim();
  const severity = Object.hasOwn(severities, word.toLowerCase()) ? severities[word.toLowerCase()] : undefined;
  if (severity === undefined) return shaped;
  const labels = isMap(shaped.labels) ? shaped.labels : {};
  return { ...shaped, severity, labels: { original_severity: word, ...labels } };
}

function tidy(field: string, value: unknown): unknown {
  const max = longest[field];
  if (max !== undefined && typeof value === 'string') return cut(value, max);
  if ((field === 'labels' || field === 'annotations') && isMap(value)) return tidyMap(value);
  return value;
}

/** Numbers and flags become texts; what is nothing is left out. */
function tidyMap(map: Raw): Raw {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, typeof value === 'object' ? value : cut(String(value), longestEntry)]),
  );
}

function cut(text: string, max: number): string {
  return text.length > max ? `${toStorable(text, max - 1)}…` : toStorable(text, max);
}

function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
