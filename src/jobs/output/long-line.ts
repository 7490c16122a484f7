import { redactBytes } from './lines.ts';

/** What waits for the end of its line at most. */
export const maxPendingBytes = 256 * 1024;
/** What a secret has room in, where a line is cut. */
export const holdBackBytes = 4096;
const tries = 8;

/** Answers where a long line may be cut: where the parts redacted are the whole redacted, so that no secret is cut through. */
export function cutLongLine(line: Buffer, redact: (text: string) => string): number {
  const whole = redactBytes(line, redact).bytes;
  for (let i = 1; i <= tries && i * holdBackBytes < line.length; i++) {
    const cut = findGap(line, line.length - i * holdBackBytes);
    const parts = [line.subarray(0, cut), line.subarray(cut)].map((part) => redactBytes(part, redact).bytes);
    if (whole.equals(Buffer.concat(parts))) return cut;
  }
  return line.length - holdBackBytes;
}

/** Answers the end of the last blank before that place; the place itself where there is none near. */
function findGap(line: Buffer, place: number): number {
  const near = line.subarray(Math.max(0, place - holdBackBytes), place);
  const gap = near.lastIndexOf(' ');
  return gap < 0 ? place : place - near.length + gap + 1;
}
