import { isSecretName, redactText } from './redact.ts';
import type { Path } from './yaml-place.ts';

const longestText = 80;

/** Answers a value as it stands in messages: short, on one line, and without secrets. */
export function describeFound(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    const more = keys.length > 4 ? ', …' : '';
    return keys.length === 0 ? 'an empty map' : `a map with ${keys.slice(0, 4).map(clip).join(', ')}${more}`;
  }
  if (typeof value !== 'string') return String(value);
  const isSecret = path.some((part) => isSecretName(String(part)));
  return isSecret ? 'a text (not shown)' : JSON.stringify(clip(redactText(value)));
}

function clip(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
