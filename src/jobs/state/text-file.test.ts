import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatEntries, parseEntries, readText, replaceText } from './text-file.ts';
import { isKey, isValue } from './types.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tocsin-state-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('a text file of state', () => {
  it.each([
    ['a:1\nb:2\n', { a: '1', b: '2' }, 0],
    ['a:1', { a: '1' }, 0],
    ['\ufeffa:1\r\nb:2\r\n', { a: '1', b: '2' }, 0],
    ['url:http://h:80/\n', { url: 'http://h:80/' }, 0],
    ['a:\n', { a: '' }, 0],
    [' a : 1 \n\n  \n', { a: '1' }, 0],
    ['a:1\na:2\n', { a: '2' }, 0],
    ['no colon\n:5\n', {}, 2],
    ['a\0b:1\nc:\0\n', {}, 2],
    [`${'k'.repeat(201)}:1\nk:${'v'.repeat(65_537)}\n`, {}, 2],
    ['', {}, 0],
  ])('%j is read by its first colons', (text, entries, invalid) => {
    const read = parseEntries(text);
    expect(Object.fromEntries(read.entries)).toEqual(entries);
    expect(read.invalid).toBe(invalid);
  });

  it('gives back every entry that may be written', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(isKey);
    const value = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(isValue);
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
        const entries = new Map(pairs);
        expect(parseEntries(formatEntries(entries))).toEqual({ entries, invalid: 0 });
      }),
    );
  });

  it('is replaced whole, keeps its mode, and leaves nothing beside it', async () => {
    const dir = await folder();
    const path = join(dir, 'deep', 'state.txt');
    expect(readText(path)).toBeNull();
    replaceText(path, 'a:1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o664);
    replaceText(path, 'a:2\n');
    expect((await stat(path)).mode & 0o777).toBe(0o664);
    expect(await readFile(path, 'utf8')).toBe('a:2\n');
    expect(await readdir(join(dir, 'deep'))).toEqual(['state.txt']);
  });

  it('that is none says so', async () => {
    const dir = await folder();
    await mkdir(join(dir, 'state.txt'));
    expect(() => readText(join(dir, 'state.txt'))).toThrow(/state.txt cannot be read: EISDIR/);
    expect(() => replaceText(join(dir, 'state.txt'), '')).toThrow(/state.txt cannot be written/);
    await writeFile(join(dir, 'file'), '');
    expect(readText(join(dir, 'file', 'state.txt'))).toBeNull();
    expect(() => replaceText(join(dir, 'file', 'state.txt'), '')).toThrow(/cannot be written/);
    expect((await readdir(dir)).sort()).toEqual(['file', 'state.txt']);
  });
});
