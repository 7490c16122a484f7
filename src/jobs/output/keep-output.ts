import { createByteRing } from './byte-ring.ts';
import { lastLines, redactBytes, splitLines } from './lines.ts';
import { openLogFile } from './log-file.ts';
import { cutLongLine, maxPendingBytes } from './long-line.ts';
import { redactTail, wholeLines } from './redact-tail.ts';

/** The most that the file of one output holds: half for the head, half for the tail. */
const maxLogBytes = 10 * 1024 * 1024;
const halfBytes = maxLogBytes / 2;
/** How much of the end is read for the last lines. */
const recentBytes = 32 * 1024;
/** What listeners get of a line at most. */
const maxLineLength = 64 * 1024;
const commandPrefix = '::tocsin ';

export type OutputOptions = {
  /** Null: no file is kept. */
  path: string | null;
  redact(text: string): string;
  /** Gets each line as it comes, redacted, until the head of the log is full. */
  onLine(line: string): void;
  /** Gets each line that begins with `::tocsin `, as it came: redacted it may be no JSON any more. */
  onCommand(line: string): void;
};

/** One output of a task, over all attempts: its log, its listeners and its last lines. */
export type Output = {
  /** Resolves when more may come; the caller does not read on before, so that memory stays bounded. */
  take(chunk: Buffer): Promise<void>;
  /** Forgets the last lines, and writes the note where there is one. */
  beginAttempt(note: string | null): Promise<void>;
  /** Takes what has no newline at its end as a line; answers the last lines of this attempt, redacted. */
  endAttempt(): Promise<readonly string[]>;
  /** Writes the tail and closes the file. `problem` is the errno where the file does not hold all. */
  finish(): Promise<{ droppedBytes: number; problem: string | null }>;
};

/** Answers an output that nothing came from yet. */
export async function openOutput(options: OutputOptions): Promise<Output> {
  const { redact } = options;
  const file = await openLogFile(options.path);
  const ring = createByteRing(halfBytes);
  let headBytes = 0;
  let isHeadFull = false;
  let pending: Buffer = Buffer.alloc(0);
  let recent: readonly string[] = [];
  let ringBytesOfAttempt = 0;

  const takeLines = async (lines: Buffer) => {
    if (lines.includes(commandPrefix)) tellCommands(lines, options);
    isHeadFull ||= headBytes + lines.length > halfBytes;
    if (isHeadFull) {
      ringBytesOfAttempt += lines.length;
      return ring.push(lines);
    }
    const { text, bytes } = redactBytes(lines, redact);
    headBytes += bytes.length;
    const told = splitLines(text);
    for (const line of told) options.onLine(line.slice(0, maxLineLength));
    recent = lastLines(recent, told);
    await file.append(bytes);
  };
  const takeUntil = async (end: number, all: Buffer) => {
    pending = all.subarray(end);
    if (end > 0) await takeLines(all.subarray(0, end));
  };
  return {
    async take(chunk) {
      const all = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      await takeUntil(all.lastIndexOf('\n') + 1, all);
      if (pending.length <= maxPendingBytes) return;
      await takeUntil(isHeadFull ? pending.length : cutLongLine(pending, redact), pending);
    },
    async beginAttempt(note) {
      recent = [];
      ringBytesOfAttempt = 0;
      const bytes = Buffer.from(note === null ? '' : `[tocsin: ${note}]\n`);
      if (isHeadFull) ring.push(bytes);
      else await file.append(bytes);
    },
    async endAttempt() {
      await takeUntil(pending.length, pending);
      if (ringBytesOfAttempt === 0) return recent;
      const end = ring.last(Math.min(ringBytesOfAttempt, recentBytes));
      return lastLines(recent, splitLines(redactBytes(wholeLines(end), redact).text));
    },
    async finish() {
      const tail = await redactTail(ring, maxLogBytes - headBytes, redact);
      for (const bytes of tail.pieces) await file.append(bytes);
      await file.close();
      return { droppedBytes: tail.droppedBytes, problem: file.problem() };
    },
  };
}

function tellCommands(lines: Buffer, { onCommand }: OutputOptions): void {
  for (const line of splitLines(lines.toString()))
    if (line.startsWith(commandPrefix)) onCommand(line.slice(0, maxLineLength));
}
