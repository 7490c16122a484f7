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
  // One line that is longer than the ring begins anywhere, in a secret too: its beginning goes, once it is redacted.
  const skipBytes = isCut && kept === held ? holdBackBytes : 0;
  const pieces = await redactPieces(kept, skipBytes, redact);
  // What stands for a secret may be longer than the secret.
  const left = dropOldest(pieces, roomBytes - noteBytes);
  const droppedBytes = ring.droppedBytes() + held.length - kept.length + left;
  const note = droppedBytes > 0 ? [Buffer.from(`\n[tocsin: ${droppedBytes} bytes are left out here]\n`)] : [];
  return { pieces: [...note, ...pieces.map(({ bytes }) => bytes)], droppedBytes };
}

/** A piece of output as it is shown, and how long it was. */
type Piece = { rawBytes: number; bytes: Buffer };

/** Answers the text in pieces, redacted and without its first `skipBytes`, so that others have their turn between them. */
async function redactPieces(
  text: Buffer,
  skipBytes: number,
  redact: (text: string) => string,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (let rest = text; rest.length > 0; ) {
    const rawBytes = endOfPiece(rest, redact);
    const { bytes } = redactBytes(rest.subarray(0, rawBytes), redact);
    pieces.push({ rawBytes, bytes: pieces.length === 0 ? bytes.subarray(skipBytes) : bytes });
    rest = rest.subarray(rawBytes);
    await giveTurn();
  }
  return pieces;
}

/** Takes the oldest pieces away until the others have room; answers how long they were. */
function dropOldest(pieces: Piece[], roomBytes: number): number {
  let sizeBytes = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let droppedBytes = 0;
  for (let oldest = pieces[0]; oldest && sizeBytes > roomBytes; oldest = pieces[0]) {
    pieces.shift();
    sizeBytes -= oldest.bytes.length;
    droppedBytes += oldest.rawBytes;
  }
  return droppedBytes;
}

function endOfPiece(rest: Buffer, redact: (text: string) => string): number {
  const room = rest.subarray(0, maxPendingBytes);
  const end = room.lastIndexOf('\n') + 1;
  if (end > 0) return end;
  return room.length === rest.length ? rest.length : cutLongLine(room, redact);
}
