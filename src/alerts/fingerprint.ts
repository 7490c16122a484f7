import { hash } from 'node:crypto';

/** Answers what makes two reports the same problem where neither label nor source says so; the title is stripped of what varies. */
export function fingerprintOf(service: string, kind: string, strippedTitle: string): string {
  return `${service}:${kind}:${strippedTitle}`;
}

/** Answers `service|env|kind|fingerprint`, which tells one problem from all others. */
export function identityOf(service: string, env: string, kind: string, fingerprint: string): string {
  return `${service}|${env}|${kind}|${fingerprint}`;
}

/** Answers SHA-256 of what `identityOf` answers, in hex. */
export function dedupeKeyOf(identity: string): string {
  return hash('sha256', identity);
}

/** Answers SHA-256 of `service|kind|fingerprint`, in hex: the same failure in whatever environment. */
export function signatureOf(service: string, kind: string, fingerprint: string): string {
  return hash('sha256', `${service}|${kind}|${fingerprint}`);
}

const variables: readonly RegExp[] = [
  // An apostrophe within a word quotes nothing.
  /"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`/g,
  /(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])/gi,
  /\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\b/g,
  /(?<![0-9a-z])(0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{6,})(?![0-9a-z])/gi,
  /[+-]?\d+([.,:]\d+)*/g,
];

/** Answers the title without quoted text, UUIDs, timestamps, hex strings and numbers; blanks folded. */
export function stripVariables(title: string): string {
  const stripped = variables.reduce((text, pattern) => text.replace(pattern, '#'), title);
  return stripped.replace(/\s+/g, ' ').trim();
}

const maxTitles = 1000;

/** Answers `stripVariables` with a memory: a source says few titles, and says them again and again. */
export function rememberTitles(): (title: string) => string {
  const known = new Map<string, string>();
  return (title) => {
    const before = known.get(title);
    if (before !== undefined) return before;
    if (known.size >= maxTitles) known.clear();
    const stripped = stripVariables(title);
    known.set(title, stripped);
    return stripped;
  };
}
