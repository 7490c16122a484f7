import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { quietLog } from '../../test/stores.ts';
import { explainDataFolder, makeFolder } from './folder.ts';
import { openStore } from './store.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a folder is made with those above it, for us alone, and may be there already', () => {
  const path = join(temporaryFolder(), 'a', 'b');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test.each([
  [
    'cannot be made where it should be',
    () => '/proc/nope/data',
    /: it is not there and cannot be made \(ENOENT/,
  ],
  ['is a device', () => '/dev/null', /: its path leads to a file, not to a folder \(EEXIST/],
  ['is a file', (file: string) => file, /: its path leads to a file, not to a folder \(EEXIST/],
  [
    'is below a file',
    (file: string) => join(file, 'x'),
    /: its path leads to a file, not to a folder \(ENOTDIR/,
  ],
])(
  'a data folder that %s ends the opening at once, with what was found and what to do',
  async (_name, pathOf, words) => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const dataDir = pathOf(file);
    const opening = openStore({ backend: 'sqlite', path: join(dataDir, 'tocsin.db') }, quietLog);
    await expect(opening).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(words),
    });
    await expect(opening).rejects.toThrow(`cannot use the data folder ${dataDir}: `);
    await expect(opening).rejects.toThrow(/name another by TOCSIN_DATA_DIR$/);
  },
);

test.each([
  ['EACCES', /may not write there/],
  ['EROFS', /nothing can be written/],
  ['SQLITE_READONLY', /nothing can be written/],
  ['ENOSPC', /disk is full.*make room/],
  ['SQLITE_FULL', /disk is full.*make room/],
  ['SQLITE_CANTOPEN', /cannot be opened or written/],
])('%s is told as trouble of the data folder', (code, words) => {
  const refused = Object.assign(new Error('said so'), { code });
  expect(explainDataFolder('/srv/data', refused)?.message).toMatch(words);
});

test('what is no trouble of the folder is left to others', () => {
  expect(
    explainDataFolder('/srv/data', Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' })),
  ).toBeNull();
});
