import { redactConfig } from './redact-config.ts';
import type { Config } from './types.ts';

// A shorter one would hide ordinary words wherever they stand.
const shortestSecretLength = 6;

/** Answers every text of the configuration that is shown nowhere, the longest first, and the passwords inside addresses. */
export function collectSecrets(config: Config): string[] {
  const found = new Set<string>();
  compare(config, redactConfig(config), found);
  return [...found]
    .filter((secret) => secret.length >= shortestSecretLength)
    .sort((a, b) => b.length - a.length);
}

/** What differs between a configuration and its redacted form is secret. */
function compare(real: unknown, shown: unknown, found: Set<string>): void {
  if (typeof real === 'string' && real !== shown) {
    found.add(real);
    for (const part of partsOfUrl(real)) found.add(part);
  }
  if (typeof real !== 'object' || real === null) return;
  for (const [key, value] of Object.entries(real))
    compare(value, (shown as Record<string, unknown> | null)?.[key], found);
}

function partsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  return password === '' ? [] : [password, decode(password)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // written as it is
  }
}
