import { isUtf8 } from 'node:buffer';
import { stripVTControlCharacters } from 'node:util';
import { toStorable } from '../../core/text.ts';

const tailLines = 4;
const maxTailLength = 500;

/** Answers the lines of the text without their ends; what has no newline at its end is a line too. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Answers the text as the bytes say it; bytes that are no UTF-8 stand one by one, so that `encode` gives them back. */
function decode(bytes: Buffer): { text: string; encoding: 'utf8' | 'latin1' } {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return { text: bytes.toString(encoding), encoding };
}

/** Answers the bytes with secrets hidden and everything else as it was, and the same as text. */
export function redactBytes(
  bytes: Buffer,
  redact: (text: string) => string,
): { text: string; bytes: Buffer } {
  const { text, encoding } = decode(bytes);
  const redacted = redact(text);
  return { text: redacted, bytes: Buffer.from(redacted, encoding) };
}

/** Answers the last non-empty lines of both, the earlier ones first: as many as a tail shows. */
export function lastLines(earlier: readonly string[], later: readonly string[]): string[] {
  const found: string[] = [];
  for (const lines of [later, earlier])
    for (let i = lines.length - 1; i >= 0 && found.length < tailLines; i--) {
      const line = lines[i] ?? '';
      if (line.trim() !== '') found.unshift(line.slice(-maxTailLength));
    }
  return found;
}

/** Answers the tail as people read it: of standard error, or else of standard output; 500 characters at most, without colours. */
export function writeTail(stderr: readonly string[], stdout: readonly string[]): string {
  const lines = stderr.length > 0 ? stderr : stdout;
  const text = lines.map((line) => stripVTControlCharacters(line).trimEnd()).join('\n');
  return toStorable(text.slice(-maxTailLength), maxTailLength);
}
