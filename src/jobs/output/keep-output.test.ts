import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { createByteRing } from './byte-ring.ts';
import { openOutput } from './keep-output.ts';
import { writeTail } from './lines.ts';

const mebibyte = 1024 * 1024;

async function makeOutput() {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-output-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'stdout.log');
  const lines: string[] = [];
  const commands: string[] = [];
  const output = await openOutput({
    path,
    redact: (text) => text.replace(/key=\S+/g, 'key=[redacted]'),
    onLine: (line) => void lines.push(line),
    onCommand: (line) => void commands.push(line),
  });
  await output.beginAttempt(null);
  return { output, lines, commands, readLog: () => readFile(path) };
}

/** Sends the text in pieces of that size, to the end. */
async function send(text: string | Buffer, pieceBytes: number) {
  const made = await makeOutput();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    await made.output.take(bytes.subarray(at, at + pieceBytes));
  const last = await made.output.endAttempt();
  const end = await made.output.finish();
  return { ...made, last, end, log: await made.readLog() };
}

it.each([1, 3, 7, 1000])('hides a secret that comes in pieces of %d bytes', async (pieceBytes) => {
  const { log, lines, last } = await send('before\nkey=abcdef-ghijkl after\nkey=unended', pieceBytes);
  const expected = ['before', 'key=[redacted] after', 'key=[redacted]'];
  expect(log.toString()).toBe(expected.join('\n'));
  expect(lines).toEqual(expected);
  expect(last).toEqual(expected);
});

it('keeps a line of 200 KB whole', async () => {
  const line = 'x'.repeat(200_000);
  const { log, lines } = await send(`${line}\nnext\n`, 65_536);
  expect(log.toString()).toBe(`${line}\nnext\n`);
  expect(lines.map(({ length }) => length)).toEqual([65_536, 4]);
});

it.each([5, 10, 4096 + 5, 4096 + 10, 8192 + 8])(
  'hides a secret in a line that is too long to wait for, %d bytes before the end of what is there',
  async (offset) => {
    // Five pieces are more than may wait.
    const before = 'x'.repeat(5 * 65_536 - offset);
    const { log } = await send(`${before} key=abcdef-ghijkl ${'y'.repeat(100_000)}\n`, 65_536);
    expect(log.toString() === `${before} key=[redacted] ${'y'.repeat(100_000)}\n`).toBe(true);
  },
);

it('keeps bytes that are no text as they are', async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256));
  expect((await send(bytes, 65_536)).log.equals(bytes)).toBe(true);
});

it('keeps head and tail of what is too long, and says how much is left out', async () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => `row ${i} ${'.'.repeat(30)} key=${i}\n`);
  const { log, end, last, lines } = await send(rows.join(''), 65_536);
  const text = log.toString();
  const [, dropped = ''] = /\n\n\[tocsin: (\d+) bytes are left out here\]\nrow/.exec(text) ?? [];
  expect(Number(dropped)).toBe(end.droppedBytes);
  expect(end.droppedBytes).toBeGreaterThanOrEqual(rows.join('').length - 10 * mebibyte);
  expect(text.startsWith('row 0 ')).toBe(true);
  expect(text.endsWith(`row 299999 ${'.'.repeat(30)} key=[redacted]\n`)).toBe(true);
  expect(/key=\d/.test(text)).toBe(false);
  expect(last.at(-1)).toMatch(/^row 299999 .+key=\[redacted\]$/);
  expect(lines.length).toBeLessThan(rows.length);
});

it('never writes more than 10 MiB, though what stands for a secret is longer than the secret', async () => {
  const { log, end } = await send('key=0\n'.repeat(2 * mebibyte), 65_536);
  expect(log.length).toBeLessThanOrEqual(10 * mebibyte);
  expect(log.length).toBeGreaterThan(9 * mebibyte);
  expect(log.toString()).toContain(`${end.droppedBytes} bytes are left out`);
});

it('keeps no half of a secret at the beginning of the tail, in a line without end', async () => {
  const { log } = await send('key=0123456789 '.repeat(800_000), 65_536);
  const [, tail = ''] = log.toString().split('left out here]\n');
  expect(tail.length).toBeGreaterThan(mebibyte);
  expect(/\d/.test(tail)).toBe(false);
});

it('hears commands from what is left out too', async () => {
  const { commands } = await send(`${'row\n'.repeat(4 * mebibyte)}::tocsin metric a=1\n`, 65_536);
  expect(commands).toEqual(['::tocsin metric a=1']);
});

it('answers the last lines of an attempt only', async () => {
  const { output } = await makeOutput();
  await output.take(Buffer.from(`${'row\n'.repeat(2 * mebibyte)}end of one`));
  expect(await output.endAttempt()).toEqual(['row', 'row', 'row', 'end of one']);
  await output.beginAttempt('attempt 2 of 2');
  expect(await output.endAttempt()).toEqual([]);
  await output.finish();
});

it.each([
  [['e'], ['o'], 'e'],
  [[], ['a', 'b  '], 'a\nb'],
  [[], [], ''],
  [['a\0b'], [], 'a\ufffdb'],
  [[`${'x'.repeat(300)}`, `\u{1f600}${'y'.repeat(499)}`], [], `\ufffd${'y'.repeat(499)}`],
])('the tail of %j and %j is %j', (stderr, stdout, tail) => {
  expect(writeTail(stderr, stdout)).toBe(tail);
});

it('a ring answers what an endless memory would, as far as it goes back', () => {
  const pushes = fc.array(fc.uint8Array({ maxLength: 25 }), { maxLength: 12 });
  fc.assert(
    fc.property(pushes, fc.nat(12), (chunks, count) => {
      const ring = createByteRing(10);
      for (const chunk of chunks) ring.push(chunk);
      const all = Buffer.concat(chunks);
      const length = Math.min(count, 10, all.length);
      expect(ring.last(count)).toEqual(all.subarray(all.length - length));
      expect(ring.droppedBytes()).toBe(Math.max(0, all.length - 10));
    }),
  );
});
