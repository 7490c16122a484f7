import { setImmediate as giveTurn } from 'node:timers/promises';
import type { ByteRing } from './byte-ring.ts';
import { redactBytes } from './lines.ts';
import { cutLongLine, holdBackBytes, maxPendingBytes } from './long-line.ts';

const noteBytes = 100;

/** What is written after the head, and how much is missing between the two. */
export type Tail = { pieces: readonly Buffer[]; droppedBytes: number };

/** Answers the bytes from the first beginning of a line, as before it may stand half of a secret; all where there is only one. */
export function wholeLines(bytes: Buffer): Buffer {
  const start = bytes.indexOf('\n') + 1;
  return start === 0 ? bytes : bytes.subarray(start);
}

/** Answers what the ring holds, redacted, at most `roomBytes` with the line that says how much is left out before it. */
export async function redactTail(
  ring: ByteRing,
  roomBytes: number,
  redact: (text: string) => string,
): Promise<Tail> {
  const held = ring.last(Number.POSITIVE_INFINITY);
  const isCut = ring.droppedBytes() > 0;
  const kept = isCut ? wholeLines(held) : held;
  let droppedBytes = ring.droppedBytes() + held.length - kept.length;
  // One line that is longer than the ring begins anywhere, in a secret too: its beginning goes, once it is redacted.
  let skipBytes = isCut && kept === held ? holdBackBytes : 0;
  let sizeBytes = noteBytes;
  const pieces: { rawBytes: number; bytes: Buffer }[] = [];
  for (let rest = kept; rest.length > 0; ) {
    const rawBytes = endOfPiece(rest, redact);
    const bytes = redactBytes(rest.subarray(0, rawBytes), redact).bytes.subarray(skipBytes);
    pieces.push({ rawBytes, bytes });
    sizeBytes += bytes.length;
    rest = rest.subarray(rawBytes);
    skipBytes = 0;
    // In pieces, so that others have their turn between them.
    await giveTurn();
  }
  // What stands for a secret may be longer than the secret.
  for (let oldest = pieces[0]; oldest && sizeBytes > roomBytes; oldest = pieces[0]) {
    pieces.shift();
    sizeBytes -= oldest.bytes.length;
    droppedBytes += oldest.rawBytes;
  }
  const note = droppedBytes > 0 ? [Buffer.from(`\n[tocsin: ${droppedBytes} bytes are left out here]\n`)] : [];
  return { pieces: [...note, ...pieces.map(({ bytes }) => bytes)], droppedBytes };
}

function endOfPiece(rest: Buffer, redact: (text: string) => string): number {
  const room = rest.subarray(0, maxPendingBytes);
  const end = room.lastIndexOf('\n') + 1;
  if (end > 0) return end;
  return room.length === rest.length ? rest.length : cutLongLine(room, redact);
}
